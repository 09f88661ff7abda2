"""Batch norm over all processes, so that two with half a batch learn what one with all learns.

torch.nn.SyncBatchNorm does the same on GPUs only.
"""

import torch
from torch import Tensor, distributed, nn
from torch.distributed.nn.functional import all_reduce


class SharedBatchNorm(nn.Module):
    """A BatchNorm layer whose statistics, in training, are those of the batch of all processes.

    Every process must have equally many examples.

    Args:
        layer: what it replaces; its parameters and buffers are taken over, with their names.
    """

    def __init__(self, layer: nn.modules.batchnorm._BatchNorm) -> None:
        super().__init__()
        self.eps, self.momentum = layer.eps, layer.momentum
        self.register_parameter("weight", layer.weight)
        self.register_parameter("bias", layer.bias)
        for name, buffer in layer.named_buffers():
            self.register_buffer(name, buffer)
        self._tracks = layer.track_running_stats
        self.train(layer.training)

    def forward(self, values: Tensor) -> Tensor:
        """Normalised ``values`` [B, C, ...]."""
        if not self.training:
            mean, variance = self._running() if self._tracks else self._of(values)
        else:
            mean, variance = self._of(values)
            if self._tracks:
                self._remember(mean.detach(), variance.detach(), values)
        shape = (1, -1) + (1,) * (values.ndim - 2)
        scaled = (values - mean.reshape(shape)) * torch.rsqrt(variance.reshape(shape) + self.eps)
        if isinstance(self.weight, Tensor) and isinstance(self.bias, Tensor):
            return scaled * self.weight.reshape(shape) + self.bias.reshape(shape)
        return scaled

    def _running(self) -> tuple[Tensor, Tensor]:
        mean, variance = self.running_mean, self.running_var
        assert isinstance(mean, Tensor) and isinstance(variance, Tensor)
        return mean, variance

    def _of(self, values: Tensor) -> tuple[Tensor, Tensor]:
        rest = [0, *range(2, values.ndim)]
        mean = _over_processes(values.mean(rest))
        centred = values - mean.reshape((1, -1) + (1,) * (values.ndim - 2))
        return mean, _over_processes(centred.square().mean(rest))

    def _remember(self, mean: Tensor, variance: Tensor, values: Tensor) -> None:
        world = distributed.get_world_size() if distributed.is_initialized() else 1
        count = world * values.numel() / values.shape[1]
        running_mean, running_variance = self._running()
        batches = self.num_batches_tracked
        assert isinstance(batches, Tensor)
        batches += 1
        share = 1 / float(batches) if self.momentum is None else self.momentum
        running_mean.lerp_(mean.to(running_mean), share)
        unbiased = variance * (count / max(count - 1, 1))
        running_variance.lerp_(unbiased.to(running_variance), share)


def _over_processes(mean: Tensor) -> Tensor:
    if not distributed.is_initialized() or distributed.get_world_size() == 1:
        return mean
    total: Tensor = all_reduce(mean)  # type: ignore[no-untyped-call]  # torch leaves it untyped
    return total / distributed.get_world_size()


def share_batch_norm(module: nn.Module) -> None:
    """Replace the batch norms inside ``module``; parameters, buffers and their names stay."""
    for name, child in module.named_children():
        if isinstance(child, nn.modules.batchnorm._BatchNorm):
            setattr(module, name, SharedBatchNorm(child))
        else:
            share_batch_norm(child)
