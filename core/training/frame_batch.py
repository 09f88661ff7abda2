"""FrameBatch: examples for a refiner."""

from collections.abc import Callable, Mapping, Sequence

import attrs
import torch
from torch import Tensor

from visemix.core.shapes import Value


@attrs.frozen(eq=False)
class References(Value):
    """R other frames of the same clip for each of B examples, for few-shot refiners.

    Attributes:
        real: [B, R, 3, H, W] uint8, real pictures.
        maps: name -> [B, R, C, H, W] uint8.
        frame: [B, R] int64, frames of the clip.
    """

    real: Tensor
    maps: Mapping[str, Tensor]
    frame: Tensor

    def each(self, change: Callable[[Tensor], Tensor]) -> "References":
        """Every tensor changed."""
        return attrs.evolve(self.pictures(change), frame=change(self.frame))

    def pictures(self, change: Callable[[Tensor], Tensor]) -> "References":
        """Every picture changed; ``change`` keeps the size."""
        maps = {name: change(value) for name, value in self.maps.items()}
        return attrs.evolve(self, real=change(self.real), maps=maps)

    @staticmethod
    def stack(several: "Sequence[References]") -> "References":
        """One after the other."""
        names = several[0].maps
        return References(
            torch.cat([one.real for one in several]),
            {name: torch.cat([one.maps[name] for one in several]) for name in names},
            torch.cat([one.frame for one in several]),
        )


@attrs.frozen(eq=False)
class FrameBatch(Value):
    """B examples of L consecutive target frames, each with a window of O frames around it.

    Pictures are uint8 so that little has to be moved to a GPU; :func:`signed` makes numbers of
    them there.

    Attributes:
        window_rgb: [B, L, O, 3, H, W] uint8, renders.
        window_alpha: [B, L, O, 1, H, W] uint8.
        window_maps: name -> [B, L, O, C, H, W] uint8.
        window_blink: [B, L, O] float32, AU45, 0 to 5.
        window_real: [B, L, O, 3, H, W] uint8, real pictures of the same frames.
        real: [B, L, 3, H, W] uint8, real pictures of the targets.
        clip: [B] int64, which bank.
        frame: [B, L] int64, frame of the clip.
        sound: [B, L, S] float32 in [-1, 1] around every target, if it was asked for.
        other_sound: the same of half a clip later: sound that does not belong to the targets.
        references: other frames of the clips, if they were asked for.
    """

    window_rgb: Tensor
    window_alpha: Tensor
    window_maps: Mapping[str, Tensor]
    window_blink: Tensor
    window_real: Tensor
    real: Tensor
    clip: Tensor
    frame: Tensor
    sound: Tensor | None = None
    other_sound: Tensor | None = None
    references: References | None = None

    def to(self, device: torch.device | str, *, non_blocking: bool = False) -> "FrameBatch":
        """The same batch on another device."""
        return self._each(lambda value: value.to(device, non_blocking=non_blocking))

    def _each(self, change: Callable[[Tensor], Tensor]) -> "FrameBatch":
        return FrameBatch(
            window_rgb=change(self.window_rgb),
            window_alpha=change(self.window_alpha),
            window_maps={name: change(value) for name, value in self.window_maps.items()},
            window_blink=change(self.window_blink),
            window_real=change(self.window_real),
            real=change(self.real),
            clip=change(self.clip),
            frame=change(self.frame),
            sound=None if self.sound is None else change(self.sound),
            other_sound=None if self.other_sound is None else change(self.other_sound),
            references=None if self.references is None else self.references.each(change),
        )

    def pictures(self, change: Callable[[Tensor], Tensor]) -> "FrameBatch":
        """The same examples with every picture changed; ``change`` keeps the size."""
        return attrs.evolve(
            self,
            window_rgb=change(self.window_rgb),
            window_alpha=change(self.window_alpha),
            window_maps={name: change(value) for name, value in self.window_maps.items()},
            window_real=change(self.window_real),
            real=change(self.real),
            references=None if self.references is None else self.references.pictures(change),
        )


def stack(examples: Sequence[FrameBatch]) -> FrameBatch:
    """Batches, one after the other; all have sound (and references) or none."""
    shown = [e.references for e in examples if e.references is not None]
    sounds = [e.sound for e in examples if e.sound is not None]
    others = [e.other_sound for e in examples if e.other_sound is not None]
    maps = {
        name: torch.cat([e.window_maps[name] for e in examples]) for name in examples[0].window_maps
    }
    return FrameBatch(
        window_rgb=torch.cat([e.window_rgb for e in examples]),
        window_alpha=torch.cat([e.window_alpha for e in examples]),
        window_maps=maps,
        window_blink=torch.cat([e.window_blink for e in examples]),
        window_real=torch.cat([e.window_real for e in examples]),
        real=torch.cat([e.real for e in examples]),
        clip=torch.cat([e.clip for e in examples]),
        frame=torch.cat([e.frame for e in examples]),
        sound=torch.cat(sounds) if sounds else None,
        other_sound=torch.cat(others) if others else None,
        references=References.stack(shown) if shown else None,
    )


def signed(picture: Tensor) -> Tensor:
    """uint8 pictures as float32 in [-1, 1]."""
    return picture.float() / 127.5 - 1
