"""CPBD."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

import visemix
from visemix.core.errors import InvalidValue
from visemix.core.media.video_in import read_photo
from visemix.core.sharpness import cpbd, frame_cpbd, vertical_edges
from visemix.core.values.subject import Picture

PORT = {
    "plain": 0.3916170274589569,
    "blurred": 0.12307989566225486,
    "pale": 0.5648946360153256,
    "part": 0.4227848101265823,
}
"""What the package cpbd 1.0.7 says of the same pictures, made grey by OpenCV."""


@pytest.fixture(scope="module")
def photo() -> Picture:
    return read_photo(Path(visemix.__file__).parent / "registry" / "demo" / "astronaut.jpg")


def blurred(photo: Picture, sigma: float) -> Picture:
    return np.asarray(cv2.GaussianBlur(photo, (0, 0), sigma), np.uint8)


def clip(*pictures: Picture) -> Tensor:
    return torch.tensor(np.stack(pictures)).permute(0, 3, 1, 2)


@pytest.mark.parametrize("name", PORT)
def test_it_is_the_number_of_the_public_port(photo: Picture, name: str) -> None:
    made = {
        "plain": photo,
        "blurred": blurred(photo, 1),
        "pale": (photo // 4 + 90).astype(np.uint8),  # no block has more contrast than 51
        "part": photo[100:228, 150:246],
    }
    assert cpbd(clip(made[name])) == pytest.approx(PORT[name], abs=1e-9)


def test_sharper_pictures_have_more_sharp_edges(photo: Picture) -> None:
    found = [cpbd(clip(photo)), *(cpbd(clip(blurred(photo, sigma))) for sigma in (1, 2))]
    assert found == sorted(found, reverse=True)
    assert found[0] > 0.2 > 2 * found[2]
    both = frame_cpbd(clip(photo, blurred(photo, 2)))
    assert both.tolist() == pytest.approx([found[0], found[2]])


def test_the_width_of_an_edge() -> None:
    row = np.array([10, 10, 10, 60, 120, 180, 200, 200, 200, 50, 50, 50], np.uint8)
    grey = np.tile(np.pad(row, 40, mode="edge"), (9, 1))
    edges = vertical_edges(grey)
    middle = edges.rows == 4
    found = dict(zip(edges.columns[middle].tolist(), edges.widths[middle].tolist(), strict=True))
    assert found[44] == 4  # from 10 to 200 in four steps
    assert set(found) <= {43, 44, 48, 49}


def test_a_blur_that_is_just_noticed_is_not_yet_blur() -> None:
    ramp = np.array([40, 50, 110, 150, 160], np.uint8)  # 4 px wide; 3 are just noticed
    narrow = np.array([40, 70, 150, 160, 160], np.uint8)  # 3 px
    shares = []
    for row in (ramp, narrow):
        grey = np.tile(np.pad(row, (30, 29), mode="edge"), (64, 1))
        shares.append(cpbd(clip(np.repeat(grey[..., None], 3, 2))))
    assert shares == [0.0, 1.0]


def test_what_has_no_edge_or_is_too_small_is_refused() -> None:
    flat = torch.zeros(2, 3, 64, 64, dtype=torch.uint8)
    assert bool(frame_cpbd(flat).isnan().all())
    with pytest.raises(InvalidValue, match="has an edge"):
        cpbd(flat)
    with pytest.raises(InvalidValue, match="64 px"):
        cpbd(torch.zeros(2, 3, 32, 64, dtype=torch.uint8))


def test_frames_without_edges_are_left_out(photo: Picture) -> None:
    flat = np.full_like(photo, 90)
    assert cpbd(clip(photo, flat)) == cpbd(clip(photo))
