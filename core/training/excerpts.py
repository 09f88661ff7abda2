"""Excerpts of clips in a random order: every clip in every epoch, as often as it is long."""

from collections.abc import Sequence

import attrs
import torch

from visemix.core.errors import TrainingError
from visemix.core.training.frame_batches import Clip, starts
from visemix.core.training.stage import Shard


@attrs.frozen(eq=False)
class Place:
    """Where an excerpt is cut out.

    Attributes:
        clip: number of the clip.
        first: its first frame.
        dice: for whatever else about this excerpt is left to chance.
    """

    clip: int
    first: int
    dice: torch.Generator


class Excerpts:
    """Where to cut; the answers depend on the step alone.

    Args:
        clips: to cut from; those that are too short are passed over.
        frames: of an excerpt.
        batch: excerpts per step, over all processes.
        seed: of everything random.

    Attributes:
        count: excerpts of an epoch.

    Raises:
        TrainingError: no clip shows the face long enough.
    """

    def __init__(self, clips: Sequence[Clip], frames: int, batch: int, seed: int) -> None:
        self._batch, self._seed = batch, seed
        self._starts = [starts(clip, frames) for clip in clips]
        self._turns = [
            clip
            for clip, first in enumerate(self._starts)
            if first
            for _ in range(max(len(first) // frames, 1))
        ]
        self.count = len(self._turns)
        if not self._turns:
            what = f"no clip shows the face in {frames} frames in a row"
            do = "set refiner.sequence lower, or prepare longer clips"
            raise TrainingError(what, where="data", do=do)

    @property
    def usable(self) -> list[int]:
        """Numbers of the clips that are long enough."""
        return [clip for clip, first in enumerate(self._starts) if first]

    def places(self, step: int, shard: Shard) -> list[Place]:
        """One per excerpt of this process."""
        numbers = range(self._batch)[shard.rank :: shard.world]
        return [self._place(step * self._batch + number) for number in numbers]

    def _place(self, position: int) -> Place:
        epoch, turn = divmod(position, self.count)
        order = torch.randperm(self.count, generator=_dice(self._seed * 7_919 + epoch))
        clip = self._turns[int(order[turn])]
        dice = _dice(self._seed * 104_729 + position)
        firsts = self._starts[clip]
        return Place(clip, firsts[below(len(firsts), dice)], dice)


def below(count: int, dice: torch.Generator) -> int:
    """A number from 0 to ``count`` - 1."""
    return int(torch.randint(count, (), generator=dice))


def _dice(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
