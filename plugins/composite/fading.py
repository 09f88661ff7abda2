"""A path with jumps becomes cross-faded sources."""

import attrs
import numpy as np
import torch

from visemix.core.values.attributes import Sources
from visemix.plugins.composite.compiled import Flags, Floats, Ints

HALF = 2
"""Frames before and after a frame that its cross-fade looks at."""


@attrs.frozen(eq=False)
class Path:
    """Frames of the reference, one per frame that is made.

    Attributes:
        frame: [T]; may run beyond the reference before the clip begins.
        direction: [T], 1 where it plays forwards, -1 backwards.
    """

    frame: Ints
    direction: Ints

    @staticmethod
    def of_states(states: Ints) -> "Path":
        """From states 2 * frame + backwards."""
        return Path(states // 2, 1 - 2 * (states % 2))

    @property
    def last_state(self) -> int:
        """2 * frame + backwards of the last frame."""
        return int(2 * self.frame[-1] + (self.direction[-1] < 0))

    def before(self) -> "Path":
        """The same path with ``HALF`` frames before it, as if it had played to its start."""
        back = np.arange(-HALF, 0, dtype=np.int32)
        first = self.frame[0] + self.direction[0] * back
        return Path(first.astype(np.int32), np.repeat(self.direction[:1], HALF)).then(self)

    def then(self, other: "Path") -> "Path":
        """This path and ``other`` after it."""
        return Path(
            np.concatenate([self.frame, other.frame]),
            np.concatenate([self.direction, other.direction]),
        )

    def part(self, start: int, stop: int) -> "Path":
        """Its entries ``start`` to ``stop``."""
        return Path(self.frame[start:stop], self.direction[start:stop])


def fade(path: Path, cut: Flags, taps: Floats) -> Sources:
    """Sources of the frames of ``path`` but the first and last ``HALF``.

    Tap k looks at the frame k - HALF later and plays its choice back to now: a stretch that plays
    on stays one sharp frame, and a jump becomes a short blend. Nothing plays across a cut.

    Args:
        path: T + 2 * HALF frames.
        cut: [N], a new stretch starts here.
        taps: [2 * HALF + 1] shares.

    Returns:
        T frames of K = 2 * HALF + 1 sources; what is alike is summed up, the rest weighs 0.
    """
    count, last = len(path.frame) - 2 * HALF, len(cut) - 1
    stretch = np.cumsum(cut)
    index = np.empty((count, len(taps)), np.int64)
    for k in range(len(taps)):
        chosen, direction = path.frame[k : k + count], path.direction[k : k + count]
        moved = np.clip(chosen + direction * (HALF - k), 0, last)
        chosen = np.clip(chosen, 0, last)
        index[:, k] = np.where(stretch[moved] == stretch[chosen], moved, chosen)
    weight = np.tile(taps / taps.sum(), (count, 1)).astype(np.float32)
    _merge(index, weight)
    return Sources(torch.from_numpy(index), torch.from_numpy(weight))


def _merge(index: np.ndarray[tuple[int, int], np.dtype[np.int64]], weight: Floats) -> None:
    """Give the first of equal frames the weight of all."""
    for k in range(index.shape[1]):
        for m in range(k + 1, index.shape[1]):
            same = (index[:, k] == index[:, m]) & (weight[:, m] > 0)
            weight[same, k] += weight[same, m]
            weight[same, m] = 0
