"""Which frame of what is played comes when the sound goes on after its end."""

import torch
from torch import Tensor


def order(first: int, count: int, frames: int, after: str) -> Tensor:
    """[count] int64, frames of a clip for the frames from ``first`` on.

    Args:
        first: frame of the video that is made.
        count: how many.
        frames: of the clip.
        after: "bounce" (back and forth), "hold" (its last frame) or "repeat" (from its start).

    >>> order(0, 7, 3, "bounce").tolist()
    [0, 1, 2, 1, 0, 1, 2]
    >>> order(2, 3, 3, "hold").tolist(), order(2, 3, 3, "repeat").tolist()
    ([2, 2, 2], [2, 0, 1])
    """
    place = torch.arange(first, first + count)
    if after == "hold" or frames == 1:
        return place.clamp(max=frames - 1)
    if after == "repeat":
        return place % frames
    place = place % (2 * frames - 2)
    return torch.minimum(place, 2 * frames - 2 - place)
