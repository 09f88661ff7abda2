"""What all processes saw, in the order that a single process would have seen it in."""

import torch
from torch import Tensor, distributed


def gathered(values: Tensor) -> Tensor:
    """[B, ...] of all processes, interleaved as ``Shard`` deals examples out.

    Every process gets the same, so that state which they write with it stays the same on all.

    Args:
        values: [b, ...] of this process, no gradients.
    """
    if not distributed.is_available() or not distributed.is_initialized():
        return values
    counts = _counts(values)
    most = max(counts)
    padded = values.new_zeros((most, *values.shape[1:]))
    padded[: len(values)] = values
    parts = [torch.empty_like(padded) for _ in counts]
    distributed.all_gather(parts, padded)
    rows = [
        parts[rank][row] for row in range(most) for rank, count in enumerate(counts) if row < count
    ]
    return torch.stack(rows)


def _counts(values: Tensor) -> list[int]:
    own = torch.tensor([len(values)], device=values.device)
    found = [torch.empty_like(own) for _ in range(distributed.get_world_size())]
    distributed.all_gather(found, own)
    return [int(count) for count in found]
