"""What the GAN is shown in one step: excerpts of clips, and what its critics judge of them."""

from collections.abc import Callable, Sequence

import attrs
import torch
from torch import Tensor

from visemix.core.shapes import Value
from visemix.core.training.aligned_bank import AlignedBank
from visemix.core.training.excerpts import Excerpts, Place, below
from visemix.core.training.stage import Shard
from visemix.plugins.temporal_gan.attribute_model import windows_of
from visemix.plugins.temporal_gan.critic_networks import SNIPPET
from visemix.plugins.temporal_gan.sound import Sound

JUDGED_FRAMES = 8
"""Frames of an excerpt that the frame critic is shown (S(x) of section 3.3)."""

JUDGED_SNIPPETS = 4
"""Snippets of an excerpt that the sync critic is shown."""

SHIFT = 4
"""Frames by which sound is shifted at least: less could pass for in sync."""


@attrs.frozen(eq=False)
class Lesson(Value):
    """B excerpts of L frames.

    Attributes:
        still: [B, 3, H, W] uint8, the first frame.
        frames: [B, L, 3, H, W] uint8.
        windows: [B, L, S] float32, the sound around every frame.
        noise: [B, L, Z] float32, of spread 1.
        judged: [B, F] int64, frames that the frame critic is shown.
        snippets: [B, K] int64, first frames of snippets.
        shifted: [B, K, 5, S] float32, sound of another time for them.
        step: of the training.
    """

    still: Tensor
    frames: Tensor
    windows: Tensor
    noise: Tensor
    judged: Tensor
    snippets: Tensor
    shifted: Tensor
    step: int

    def to(self, device: torch.device | str, *, non_blocking: bool = False) -> "Lesson":
        """The same on another device."""
        moved = {
            name: getattr(self, name).to(device, non_blocking=non_blocking) for name in TENSORS
        }
        return Lesson(**moved, step=self.step)


TENSORS = [field.name for field in attrs.fields(Lesson) if field.type is Tensor]


@attrs.frozen
class Excerpt:
    """How lessons are cut out of clips.

    Attributes:
        frames: of an excerpt.
        samples: of a window of sound.
        noise: numbers of the noise.
        mirror: whether half of the excerpts are mirrored.
        batch: excerpts per step, over all processes.
        seed: of everything random.
        sound_changes: how much the sound is changed; 0 for not at all.
    """

    frames: int
    samples: int
    noise: int
    mirror: bool
    batch: int
    seed: int
    sound_changes: float = 0.0


class Lessons:
    """Every clip in every epoch, as often as it is long, each time cut somewhere else.

    Args:
        banks: aligned clips of one size, with the features of their sound.
        excerpt: how they are cut.

    Attributes:
        count: excerpts of an epoch.

    Raises:
        TrainingError: no clip shows the face long enough.
        InvalidValue: the features are no such windows.
    """

    def __init__(self, banks: Sequence[AlignedBank], excerpt: Excerpt) -> None:
        self._excerpt, self._banks = excerpt, list(banks)
        self._excerpts = Excerpts(banks, excerpt.frames, excerpt.batch, excerpt.seed)
        self._sound = [
            Sound(windows_of(bank.example.features, excerpt.samples), bank.example.features.fps)
            for bank in banks
        ]
        self.count = self._excerpts.count

    def batch(self, step: int, shard: Shard) -> Lesson:
        """The excerpts of one step; a pure function of its arguments."""
        one = [self._lesson(place, step) for place in self._excerpts.places(step, shard)]
        return Lesson(
            **{name: torch.cat([getattr(e, name) for e in one]) for name in TENSORS}, step=step
        )

    def example(self, make: Callable[[AlignedBank], Tensor]) -> tuple[AlignedBank, Tensor]:
        """A clip to look at, and what ``make`` makes of it."""
        bank = self._banks[self._excerpts.usable[0]]
        return bank, make(bank)

    def _lesson(self, place: Place, step: int) -> Lesson:
        clip, first, dice = place.clip, place.first, place.dice
        bank = self._banks[clip]
        here = slice(first, first + self._excerpt.frames)
        sound = self._sound[clip].changed(self._excerpt.sound_changes, dice)
        frames, windows = bank.real[here][None], sound[here][None]
        snippets, shifted = self._snippets(sound, first, dice)
        judged = torch.randint(
            frames.shape[1], (1, min(JUDGED_FRAMES, frames.shape[1])), generator=dice
        )
        noise = torch.randn(1, frames.shape[1], self._excerpt.noise, generator=dice)
        if self._excerpt.mirror and below(2, dice):
            frames = frames.flip(-1)
        return Lesson(frames[:, 0], frames, windows, noise, judged, snippets, shifted, step)

    def _snippets(self, sound: Tensor, first: int, dice: torch.Generator) -> tuple[Tensor, Tensor]:
        """First frames of snippets [1, K], and sound that is not theirs [1, K, 5, S]."""
        length = min(SNIPPET, self._excerpt.frames)
        places = torch.randint(
            self._excerpt.frames - length + 1, (JUDGED_SNIPPETS,), generator=dice
        )
        wrong = []
        for place in (places + first).tolist():
            others = far_from(place, len(sound) - length + 1)
            other = int(others[below(len(others), dice)])
            wrong.append(sound[other : other + length])
        return places[None], torch.stack(wrong)[None]


def far_from(place: int, count: int) -> Tensor:
    """The places below ``count`` that are SHIFT or more from ``place``; else the farthest one.

    >>> far_from(1, 7).tolist(), far_from(1, 4).tolist()
    ([5, 6], [3])
    """
    apart = (torch.arange(count) - place).abs()
    far = (apart >= SHIFT).nonzero().flatten()
    return far if len(far) else apart.argmax()[None]
