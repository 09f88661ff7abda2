"""RenderBank: what a refiner would be shown of a clip if every attribute were true, and the truth.

Refiners learn from renders of fitted attributes (SYSTEMS A.3, B.3); they are drawn once per run,
because a rasterizer draws faster than a disk gives.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence

import attrs
import torch
from torch import Tensor

from visemix.core.errors import TrainingError
from visemix.core.pipeline import Parts, draw
from visemix.core.subjects.cropped import crop_picture
from visemix.core.timeline import cut
from visemix.core.training.clip_bank import ClipBank
from visemix.core.training.dataset import Example
from visemix.core.values.attributes import Match, Sources
from visemix.core.values.rendering import Shot
from visemix.core.values.subject import Subject

AT_ONCE = 16
"""Frames that are drawn together."""

IN_MEMORY = 1 << 29
"""Arrays above this many bytes live in a temporary file that goes away with them."""

SCALE = 255
"""uint8 of a map that is 1."""


@attrs.frozen(eq=False)
class RenderBank(ClipBank):
    """One clip of N frames, drawn from its true attributes, in the subject's crop.

    Attributes:
        example: the clip.
        real: [N, 3, H, W] uint8, the true pictures.
        rgb: [N, 3, H, W] uint8, the renders; black where nothing is drawn.
        alpha: [N, 1, H, W] uint8, their coverage, 255 for all.
        maps: name -> [N, C, H, W] uint8, named maps of [0, 1] times 255.
        blink: [N] float32, AU45, 0 to 5.
        landmarks: [N, L, 3] float32, those of the drawn face, crop px; None where the face model
            has none.
    """

    rgb: Tensor
    alpha: Tensor
    maps: Mapping[str, Tensor]
    blink: Tensor
    landmarks: Tensor | None = None

    def to(self, device: torch.device) -> "RenderBank":
        """The same clip with its pictures on another device."""
        return attrs.evolve(
            self,
            real=self.real.to(device),
            rgb=self.rgb.to(device),
            alpha=self.alpha.to(device),
            maps={name: picture.to(device) for name, picture in self.maps.items()},
        )


def render_bank(example: Example, parts: Parts, maps: Sequence[str] = ()) -> RenderBank:
    """Draw a clip.

    Args:
        example: the clip.
        parts: a recipe's; its face model and its renderer are used.
        maps: which maps of the rendering to keep; their values must lie in [0, 1].

    Raises:
        TrainingError: the renderer does not shade, or does not make a map.
    """
    subject = example.subject
    count, crop = len(subject.frames), subject.track.crop
    shape = (count, 3, crop.height, crop.width)
    real, rgb, alpha = _room(shape), _room(shape), _room((count, 1, *shape[2:]))
    kept: dict[str, Tensor] = {}
    landmarks: list[Tensor] = []
    for first, shot in _shots(subject, parts):
        here = slice(first, first + len(shot.rendering.alpha))
        _check(shot, maps)
        rgb[here] = _bytes(shot.rendering.rgb)
        alpha[here] = _bytes(shot.rendering.alpha)
        for name in maps:
            made = shot.rendering.maps[name]
            room = kept.setdefault(name, _room((count, made.shape[1], *shape[2:])))
            room[here] = _bytes(made)
        if shot.rendering.landmarks is not None:
            landmarks.append(shot.rendering.landmarks.cpu())
    for frame in range(count):
        picture = crop_picture(subject.frames[frame], crop)
        real[frame] = torch.tensor(picture).permute(2, 0, 1)
    blink = subject.fit.attributes.blink
    blink = torch.zeros(count) if blink is None else blink
    marks = torch.cat(landmarks) if landmarks else None
    return RenderBank(example, real, rgb, alpha, kept, blink, marks)


def own_frames(subject: Subject) -> Match:
    """Every reference frame, matched with itself."""
    count = len(subject.track.found)
    index, weight = torch.arange(count)[:, None], torch.ones(count, 1)
    return Match(subject.fit.attributes, Sources(index, weight))


def _shots(subject: Subject, parts: Parts) -> Iterator[tuple[int, Shot]]:
    match = own_frames(subject)
    count = len(subject.track.found)
    for first in range(0, count, AT_ONCE):
        with torch.no_grad():
            yield first, draw(parts, cut(match, first, min(first + AT_ONCE, count)), subject)


def _check(shot: Shot, maps: Sequence[str]) -> None:
    rendering = shot.rendering
    if rendering.rgb.shape[2:] != rendering.alpha.shape[2:]:
        what, do = "the renderer makes no picture", "set the renderer's shade: true"
        raise TrainingError(what, where="renderer", do=do)
    for name in maps:
        if name not in rendering.maps:
            do = f"add {name} to the renderer's maps"
            raise TrainingError(f"the renderer does not make the map {name!r}", do=do)


def _bytes(picture: Tensor) -> Tensor:
    return (picture.clamp(0, 1) * SCALE).round().to(torch.uint8).cpu()


def _room(shape: tuple[int, ...]) -> Tensor:
    size = int(torch.tensor(shape).prod())
    if size <= IN_MEMORY:
        return torch.zeros(shape, dtype=torch.uint8)
    with tempfile.NamedTemporaryFile(prefix="visemix-renders-") as file:
        # The mapping keeps the file's contents alive after its name is gone.
        room = torch.from_file(file.name, shared=True, size=size, dtype=torch.uint8)
    return room.reshape(shape)
