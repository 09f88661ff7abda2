"""What is learned from in one step: excerpts of clips with their sound and action units."""

from collections.abc import Sequence

import attrs
import torch
from torch import Tensor

from visemix.core.shapes import Value
from visemix.core.training.aligned_bank import AlignedBank
from visemix.core.training.dataset import Example
from visemix.core.training.excerpts import Excerpts, Place
from visemix.core.training.stage import Plan, Shard
from visemix.plugins.audio2au.labels import labels_of, occurrence
from visemix.plugins.audio2au.speech import windows_of
from visemix.plugins.audio2au.variety import AS_IT_IS, Variety, spread_of

BATCH = 4
"""Excerpts per step; the paper does not say."""


@attrs.frozen(eq=False)
class Lesson(Value):
    """B excerpts of L frames.

    Attributes:
        still: [B, 3, H, W] uint8, the clip's identity image: its first frame with a face (Variety).
        frames: [B, L, 3, H, W] uint8; nothing where only sound is learned from.
        windows: [B, L, 28, 12] float32.
        labels: [B, L, 5] float32, 1 where an action unit is present.
        openface: [B] float32, 1 where OpenFace says so, 0 for our own estimate.
    """

    still: Tensor
    frames: Tensor
    windows: Tensor
    labels: Tensor
    openface: Tensor

    def to(self, device: torch.device | str, *, non_blocking: bool = False) -> "Lesson":
        """The same on another device."""
        return Lesson(*(part.to(device, non_blocking=non_blocking) for part in self.tensors()))

    def tensors(self) -> list[Tensor]:
        """In the order of the attributes."""
        return [getattr(self, field.name) for field in attrs.fields(Lesson)]


class Lessons:
    """Cuts excerpts out of clips.

    Args:
        banks: aligned clips, or sound alone (:func:`sound_of`).
        frames: of an excerpt.
        plan: batch and seed.
        variety: what is left to chance in them.

    Attributes:
        epoch: steps of an epoch.
        rates: [5] how often each action unit is present in frames that show the face.

    Raises:
        TrainingError: no clip is long enough.
        InvalidValue: the features are no windows of MFCC.
        DatasetError: a table of OpenFace cannot be used.
    """

    def __init__(
        self,
        banks: Sequence[AlignedBank],
        frames: int,
        plan: Plan,
        variety: Variety = AS_IT_IS,
    ) -> None:
        batch = plan.batch or BATCH
        self._variety = variety
        self._frames, self._banks = frames, list(banks)
        self._excerpts = Excerpts(banks, frames, batch, plan.seed)
        self._windows = [windows_of(bank.example.features) for bank in banks]
        self._labels = [labels_of(bank.example) for bank in banks]
        self._spread = spread_of(self._windows)
        self.epoch = max(self._excerpts.count // batch, 1)
        known = zip(self._labels, banks, strict=True)
        self.rates = occurrence([labels.present[bank.found] for labels, bank in known])

    def batch(self, step: int, shard: Shard) -> Lesson:
        """The excerpts of one step; a pure function of its arguments."""
        one = [self._lesson(place).tensors() for place in self._excerpts.places(step, shard)]
        return Lesson(*(torch.cat(parts) for parts in zip(*one, strict=True)))

    def example(self) -> Lesson:
        """One excerpt to look at, always the same."""
        return Lesson(*(part[:1] for part in self.batch(0, Shard()).tensors()))

    def _lesson(self, place: Place) -> Lesson:
        clip, here = place.clip, slice(place.first, place.first + self._frames)
        bank, labels, dice = self._banks[clip], self._labels[clip], place.dice
        still = bank.real[self._variety.still(bank.found, dice)]
        still, frames = self._variety.turned((still, bank.real[here]), dice)
        windows = self._variety.heard(self._windows[clip][here], self._spread, dice)
        return Lesson(
            still=still[None],
            frames=frames[None],
            windows=windows[None],
            labels=labels.present[here][None],
            openface=torch.tensor([float(labels.openface)]),
        )


def sound_of(example: Example) -> AlignedBank:
    """A clip without its pictures."""
    frames = len(example.subject.track.found)
    return AlignedBank(example, torch.empty(frames, 3, 0, 0, dtype=torch.uint8))
