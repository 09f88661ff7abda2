"""PasteBack: what is put back lies where it was taken, and nothing else changes."""

import attrs
import numpy as np
import pytest
import torch
from torch import Tensor

from visemix.core.compositing.paste import PasteBack, heaviest
from visemix.core.errors import InvalidValue
from visemix.core.subjects.cropped import crop_picture
from visemix.core.testing.samples import CROP_LEFT, CROP_SIZE, CROP_TOP, sample_subject
from visemix.core.values.attributes import FaceAttributes, Match, Sources
from visemix.core.values.rendering import Crop, Rendering, Shot
from visemix.core.values.subject import Subject

BASE = (5, 30, 60)


@pytest.fixture(scope="module")
def subject() -> Subject:
    return sample_subject()


def disc(radius: float, size: int = CROP_SIZE, centre: float = CROP_SIZE / 2) -> Tensor:
    y, x = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    return ((x - centre).hypot(y - size / 2) < radius).float()


def shot_of(subject: Subject, alpha: Tensor) -> Shot:
    count = len(BASE)
    index = torch.tensor([[7, base] for base in BASE])
    weight = torch.tensor([0.25, 0.75]).expand(count, 2).contiguous()
    size = alpha.shape[-1]
    matrix = subject.track.crop.matrix * (size / CROP_SIZE)
    rendering = Rendering(
        torch.zeros(count, 3, size, size),
        alpha.expand(count, 1, size, size),
        matrix.expand(count, 2, 3),
        25.0,
    )
    return Shot(rendering, Match(FaceAttributes(25.0), Sources(index, weight)))


def base_pictures(subject: Subject) -> Tensor:
    return torch.stack([torch.from_numpy(subject.frames[i].copy()) for i in BASE]).permute(
        0, 3, 1, 2
    )


def crops_of(subject: Subject, size: int = CROP_SIZE) -> Tensor:
    """What the crop of each base frame shows."""
    matrix = subject.track.crop.matrix * (size / CROP_SIZE)
    crops = [crop_picture(subject.frames[i], Crop(matrix, size, size)) for i in BASE]
    return torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2)


@pytest.mark.parametrize("mode", ["feather", "seamless"])
@pytest.mark.parametrize("within", ["crop", "face"])
def test_an_unchanged_crop_changes_nothing(mode: str, within: str, subject: Subject) -> None:
    shot = shot_of(subject, disc(40))
    frames = PasteBack(subject, mode, within).paste(crops_of(subject), shot)
    assert frames.fps == 25.0
    off = (frames.rgb.int() - base_pictures(subject).int()).abs()
    assert int(off.max()) <= (0 if mode == "feather" else 2)


def test_crops_of_twice_the_size(subject: Subject) -> None:
    shot = shot_of(subject, disc(40))
    frames = PasteBack(subject).paste(crops_of(subject, 2 * CROP_SIZE), shot)
    off = (frames.rgb.float() - base_pictures(subject).float()).abs()
    assert float(off.mean()) < 0.7  # drawn lines lose a little sharpness


def test_only_the_crop_is_touched_and_its_border_is_soft(subject: Subject) -> None:
    shot = shot_of(subject, disc(40))
    lighter = (crops_of(subject).int() + 40).clamp(max=255).to(torch.uint8)
    rgb = PasteBack(subject).paste(lighter, shot).rgb
    base = base_pictures(subject)
    inside = torch.zeros(rgb.shape[2:], dtype=torch.bool)
    inside[CROP_TOP : CROP_TOP + CROP_SIZE, CROP_LEFT : CROP_LEFT + CROP_SIZE] = True
    assert torch.equal(rgb[..., ~inside], base[..., ~inside])
    gain = (rgb.int() - base.int())[0, 0, CROP_TOP + 64]
    assert int(gain[CROP_LEFT + 64]) >= 38
    rise = gain[CROP_LEFT : CROP_LEFT + 10].tolist()
    assert rise[0] <= 1 and rise == sorted(rise) and max(np.diff(rise)) < 10


def test_within_the_face(subject: Subject) -> None:
    shot = shot_of(subject, disc(25))
    black = torch.zeros_like(crops_of(subject))
    rgb = PasteBack(subject, within="face").paste(black, shot).rgb
    base = base_pictures(subject)
    middle = (CROP_TOP + 64, CROP_LEFT + 64)
    assert int(rgb[..., middle[0], middle[1]].max()) == 0
    assert torch.equal(rgb[..., CROP_TOP + 10, :], base[..., CROP_TOP + 10, :])


def test_seamless_takes_the_colours_of_the_surroundings(subject: Subject) -> None:
    shot = shot_of(subject, disc(40))
    darker = (crops_of(subject).int() - 30).clamp(min=0).to(torch.uint8)
    base = base_pictures(subject).float()
    cloned = PasteBack(subject, "seamless").paste(darker, shot).rgb.float()
    faded = PasteBack(subject, "feather").paste(darker, shot).rgb.float()
    assert float((cloned - base).abs().mean()) < 0.2 * float((faded - base).abs().mean())


@pytest.mark.parametrize("alpha", [torch.zeros(CROP_SIZE, CROP_SIZE), disc(90), disc(30, centre=4)])
def test_seamless_falls_back_where_there_is_no_border(alpha: Tensor, subject: Subject) -> None:
    lighter = (crops_of(subject).int() + 40).clamp(max=255).to(torch.uint8)
    shot = shot_of(subject, alpha)
    cloned = PasteBack(subject, "seamless").paste(lighter, shot).rgb
    faded = PasteBack(subject, within="face").paste(lighter, shot).rgb
    assert torch.equal(cloned, faded)
    assert not torch.equal(cloned, base_pictures(subject))


def test_a_head_at_the_edge_of_the_frame(subject: Subject) -> None:
    aside = attrs.evolve(shot_of(subject, disc(40)).rendering, crop=_moved(subject, -70.0, 50.0))
    shot = Shot(aside, shot_of(subject, disc(40)).match)
    white = torch.full_like(crops_of(subject), 255)
    for mode in ("feather", "seamless"):
        rgb = PasteBack(subject, mode).paste(white, shot).rgb
        assert rgb.shape[2:] == (subject.frames.height, subject.frames.width)
        assert not torch.equal(rgb, base_pictures(subject))
    far = attrs.evolve(aside, crop=_moved(subject, 900.0, 900.0))
    rgb = PasteBack(subject).paste(white, Shot(far, shot.match)).rgb
    assert torch.equal(rgb, base_pictures(subject))


def _moved(subject: Subject, right: float, down: float) -> Tensor:
    matrix = subject.track.crop.matrix.clone()
    matrix[:, 2] -= torch.tensor([right, down])
    return matrix.expand(len(BASE), 2, 3).contiguous()


def test_the_crop_alone(subject: Subject) -> None:
    crops = crops_of(subject, 96)
    frames = PasteBack(subject, "crop").paste(crops, shot_of(subject, disc(40)))
    assert torch.equal(frames.rgb, crops)


def test_reference_pictures_stay_as_they_are(subject: Subject) -> None:
    before = base_pictures(subject)
    PasteBack(subject).paste(torch.zeros_like(crops_of(subject)), shot_of(subject, disc(40)))
    assert torch.equal(base_pictures(subject), before)


def test_heaviest() -> None:
    sources = Sources(torch.tensor([[3, 9], [4, 8]]), torch.tensor([[0.6, 0.4], [0.2, 0.8]]))
    assert heaviest(sources).tolist() == [3, 8]


def test_unknown_modes(subject: Subject) -> None:
    with pytest.raises(InvalidValue, match="feather or seamless or crop"):
        PasteBack(subject, "poisson")
    with pytest.raises(InvalidValue, match="crop or face"):
        PasteBack(subject, within="mouth")
