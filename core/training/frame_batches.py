"""Batches for refiners: windows of renders and the real pictures, cut out of render banks."""

from collections.abc import Sequence
from typing import Protocol

import attrs
import torch
from torch import Tensor

from visemix.core.errors import TrainingError
from visemix.core.training.chosen_references import FewShot, chosen_references, references_of
from visemix.core.training.dealing import Dealer
from visemix.core.training.frame_batch import FrameBatch, stack
from visemix.core.training.render_bank import RenderBank
from visemix.core.training.shelf import Shelf
from visemix.core.training.stage import Shard

REFERENCES = 1
"""Purpose of the dice that choose references."""


@attrs.frozen
class Cut:
    """How examples are cut out of clips.

    Attributes:
        offsets: frames of the window relative to the target, such as -2, -1, 0.
        length: consecutive targets of one example.
        sound_s: seconds of sound around every target, 0 for none.
        flip: mirror half of the examples.
        zoom: enlarge by this and cut the size out again somewhere; 1 for not at all
            (286 / 256 is the resize and crop of pix2pix).
        vary_zoom: enlarge by anything from 1 to ``zoom``, another factor for every example.
        real_window: whether the real pictures of the window are wanted too.
        references: other frames of the clip that are shown beside the example.
    """

    offsets: tuple[int, ...] = (0,)
    length: int = 1
    sound_s: float = 0.0
    flip: bool = False
    zoom: float = 1.0
    vary_zoom: bool = False
    real_window: bool = True
    references: FewShot = attrs.field(factory=FewShot)


class Clip(Protocol):
    """Frames of one clip, rendered or aligned or whatever."""

    @property
    def found(self) -> Tensor:
        """[N] bool, frames in which the face was seen."""
        ...

    @property
    def cut(self) -> Tensor:
        """[N] bool, frames that start a new shot."""
        ...

    def __len__(self) -> int:
        """Number of frames."""
        ...


class FrameBatches:
    """Every target frame once an epoch, in an order that the seed decides.

    Args:
        banks: drawn clips, all of one size.
        cut: how examples are cut out.
        batch: examples per step, over all processes.
        seed: of the order and of the augmentation.

    Attributes:
        count: examples of an epoch.

    Raises:
        TrainingError: no clip has ``cut.length`` good frames in a row, or the sizes differ.
    """

    def __init__(self, banks: Sequence[RenderBank], cut: Cut, batch: int, seed: int) -> None:
        sizes = {tuple(bank.real.shape[2:]) for bank in banks}
        if len(sizes) > 1:
            what = f"the clips' crops have different sizes: {sorted(sizes)}"
            do = "prepare them with a recipe whose tracker has exact_size: true"
            raise TrainingError(what, where="data", do=do)
        self._shelf, self._cut = Shelf(banks), cut
        self._places = [
            (clip, frame) for clip, bank in enumerate(banks) for frame in starts(bank, cut.length)
        ]
        self.count = len(self._places)
        self._dealer = Dealer(self.count, batch, seed)
        if not self._places:
            what = f"no clip shows the face in {cut.length} frames in a row"
            raise TrainingError(what, where="data", do="prepare a longer or a better clip")

    def batch(self, step: int, shard: Shard) -> FrameBatch:
        """The examples of one step; a pure function of its arguments."""
        return self.examples(self.picked(step, shard).positions, torch.device("cpu"))

    def picked(self, step: int, shard: Shard) -> "Picked":
        """The same, cut out where it is moved to: a GPU with room for the clips keeps them."""
        return Picked(self, self._dealer.positions(step, shard))

    def examples(self, positions: Sequence[int], device: torch.device) -> FrameBatch:
        """Examples by their numbers, counted on over the epochs, on a device."""
        banks = self._shelf.on(device)
        return stack([self._example(banks, position) for position in positions]).to(device)

    def _example(self, banks: Sequence[RenderBank], position: int) -> FrameBatch:
        clip, first = self._places[self._dealer.example(position)]
        targets, few = range(first, first + self._cut.length), self._cut.references
        example = take(banks[clip], clip, targets, self._cut)
        if few.count:
            dice = self._dealer.dice(position, REFERENCES)
            chosen = chosen_references(banks[clip], targets, few, dice)
            example = attrs.evolve(example, references=references_of(banks[clip], chosen, few))
        if not self._cut.flip and self._cut.zoom <= 1:
            return example
        return augmented(example, self._cut, self._dealer.dice(position))


@attrs.frozen(eq=False)
class Picked:
    """Examples that are not cut out yet.

    Attributes:
        batches: cuts them out.
        positions: their numbers.
    """

    batches: FrameBatches
    positions: tuple[int, ...]

    def to(self, device: torch.device | str, *, non_blocking: bool = False) -> FrameBatch:
        """The examples, on a device."""
        del non_blocking
        return self.batches.examples(self.positions, torch.device(device))


def starts(bank: Clip, length: int) -> list[int]:
    """Frames from which ``length`` frames follow in one shot, the face found in each."""
    good = []
    for first in range(len(bank) - length + 1):
        here = slice(first, first + length)
        if bool(bank.found[here].all()) and not bool(bank.cut[first + 1 : first + length].any()):
            good.append(first)
    return good


def take(bank: RenderBank, clip: int, targets: range, cut: Cut) -> FrameBatch:
    """One example, as a batch of one."""
    first, last = shot_around(bank, targets[0])
    frames = torch.tensor(targets)
    window = (frames[:, None] + torch.tensor(cut.offsets)).clamp(first, last)
    later = (frames + len(bank) // 2) % len(bank)
    return FrameBatch(
        window_rgb=bank.rgb[window][None],
        window_alpha=bank.alpha[window][None],
        window_maps={name: values[window][None] for name, values in bank.maps.items()},
        window_blink=bank.blink[window][None],
        window_real=bank.real[window if cut.real_window else window[:, :0]][None],
        real=bank.real[frames][None],
        clip=torch.tensor([clip]),
        frame=frames[None],
        sound=sound_of(bank, frames, cut),
        other_sound=sound_of(bank, later, cut),
    )


def sound_of(bank: RenderBank, frames: Tensor, cut: Cut) -> Tensor | None:
    """[1, L, S] sound around ``frames`` [L]; None if it is not wanted or there is none."""
    audio = bank.example.subject.audio
    if not cut.sound_s or audio is None:
        return None
    rate, fps = audio.rate, bank.example.subject.fps
    length = round(cut.sound_s * rate)
    return snippets(audio.samples, (frames + 0.5) * rate / fps, length)[None]


def shot_around(bank: RenderBank, frame: int) -> tuple[int, int]:
    """First and last frame of the shot that ``frame`` is in."""
    cuts = bank.cut.nonzero().flatten()
    before, after = cuts[cuts <= frame], cuts[cuts > frame]
    first = int(before[-1]) if len(before) else 0
    return first, int(after[0]) - 1 if len(after) else len(bank) - 1


def snippets(samples: Tensor, centres: Tensor, length: int) -> Tensor:
    """[L, length] pieces of sound around ``centres`` [L] (samples); silence outside."""
    first = centres.round().long() - length // 2
    index = first[:, None] + torch.arange(length)
    inside = (index >= 0) & (index < len(samples))
    return samples[index.clamp(0, max(len(samples) - 1, 0))] * inside


def augmented(example: FrameBatch, cut: Cut, dice: torch.Generator) -> FrameBatch:
    """Mirrored and shifted, all pictures of the example alike."""
    height, width = example.real.shape[-2:]
    mirror = cut.flip and bool(torch.rand((), generator=dice) < 0.5)
    zoom = cut.zoom
    if cut.vary_zoom:
        zoom = 1 + (zoom - 1) * float(torch.rand((), generator=dice))
    larger = (round(height * zoom), round(width * zoom))
    top = int(torch.randint(larger[0] - height + 1, (), generator=dice))
    left = int(torch.randint(larger[1] - width + 1, (), generator=dice))

    def changed(picture: Tensor) -> Tensor:
        if larger != (height, width):
            flat = picture.flatten(0, -4).float()
            enlarged = torch.nn.functional.interpolate(flat, larger, mode="bilinear")
            piece = enlarged[..., top : top + height, left : left + width]
            picture = piece.round().to(torch.uint8).reshape(picture.shape)
        return picture.flip(-1) if mirror else picture

    return example.pictures(changed)
