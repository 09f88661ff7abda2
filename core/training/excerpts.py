"""Excerpts of clips in a random order: every clip in every epoch, as often as it is long."""

from collections.abc import Sequence

import attrs
import torch

from visemix.core.errors import TrainingError
from visemix.core.training.dealing import Dealer
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
        setting: of a recipe, to blame for ``frames``.

    Attributes:
        count: excerpts of an epoch.

    Raises:
        TrainingError: no clip shows the face long enough.
    """

    def __init__(
        self,
        clips: Sequence[Clip],
        frames: int,
        batch: int,
        seed: int,
        setting: str = "refiner.sequence",
    ) -> None:
        self._starts = [starts(clip, frames) for clip in clips]
        self._turns = [
            clip
            for clip, first in enumerate(self._starts)
            if first
            for _ in range(max(len(first) // frames, 1))
        ]
        self.count = len(self._turns)
        self._dealer = Dealer(self.count, batch, seed)
        if not self._turns:
            what = f"no clip shows the face in {frames} frames in a row"
            do = f"set {setting} lower, or prepare longer clips"
            raise TrainingError(what, where="data", do=do)

    @property
    def usable(self) -> list[int]:
        """Numbers of the clips that are long enough."""
        return [clip for clip, first in enumerate(self._starts) if first]

    def places(self, step: int, shard: Shard) -> list[Place]:
        """One per excerpt of this process."""
        return [self._place(position) for position in self._dealer.positions(step, shard)]

    def _place(self, position: int) -> Place:
        clip = self._turns[self._dealer.example(position)]
        dice = self._dealer.dice(position)
        firsts = self._starts[clip]
        return Place(clip, firsts[below(len(firsts), dice)], dice)


def below(count: int, dice: torch.Generator) -> int:
    """A number from 0 to ``count`` - 1."""
    return int(torch.randint(count, (), generator=dice))
