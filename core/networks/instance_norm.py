"""Instance normalisation without anything to learn (Ulyanov et al., 2016)."""

from torch import Tensor, nn
from torch.nn import functional


class InstanceNorm(nn.Module):
    """Mean 0 and variance 1 in every channel of every picture [B, C, H, W].

    As torch.nn.InstanceNorm2d, without buffers and without a complaint about single pixels.
    """

    def forward(self, values: Tensor) -> Tensor:
        """The same shape."""
        if values.is_cuda:  # where autocast keeps group norm in float32
            return functional.instance_norm(values)
        # On the CPU autocast keeps instance norm in float32; with a group per channel it is this.
        return functional.group_norm(values, values.shape[1])
