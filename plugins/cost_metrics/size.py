"""How much memory and how many weights a system takes."""

from visemix.core.judging.cost import Cost
from visemix.plugins.cost_metrics.cost_metric import CostMetric

MIB = 2**20
MILLION = 1e6


class PeakCpu(CostMetric):
    """Peak resident memory of the process, Python and libraries included."""

    def measure(self, cost: Cost) -> float:
        """MiB."""
        return cost.cpu_bytes / MIB


class PeakGpu(CostMetric):
    """Peak memory on the GPU; 0 for what runs without one."""

    def measure(self, cost: Cost) -> float:
        """MiB."""
        return cost.gpu_bytes / MIB


class CheckpointSize(CostMetric):
    """Files of weights that the system needs, those of the person included; 0 for none."""

    def measure(self, cost: Cost) -> float:
        """MiB."""
        return cost.checkpoint_bytes / MIB


class Parameters(CostMetric):
    """Numbers in those weights."""

    def measure(self, cost: Cost) -> float:
        """Millions."""
        return cost.parameters / MILLION
