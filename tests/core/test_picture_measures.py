"""PSNR, SSIM and CPBD."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from skimage.metrics import structural_similarity
from torch import Tensor

import visemix
from visemix.core.errors import InvalidValue
from visemix.core.media.video_in import read_photo
from visemix.core.picture_measures import cpbd, edge_widths, psnr, ssim, vertical_edges


@pytest.fixture(scope="module")
def photo() -> Tensor:
    """[1, 3, H, W]."""
    path = Path(visemix.__file__).parent / "registry" / "demo" / "astronaut.jpg"
    return torch.tensor(read_photo(path)).permute(2, 0, 1)[None]


def blurred(photo: Tensor, sigma: float) -> Tensor:
    picture = photo[0].permute(1, 2, 0).numpy()
    made = cv2.GaussianBlur(picture, (0, 0), sigma)
    return torch.tensor(np.asarray(made)).permute(2, 0, 1)[None]


def test_psnr_of_a_known_error(photo: Tensor) -> None:
    real = torch.full((2, 3, 8, 8), 100, dtype=torch.uint8)
    made = real + torch.tensor([1, 10], dtype=torch.uint8)[:, None, None, None]
    wanted = (20 * np.log10(255) + 20 * np.log10(25.5)) / 2
    assert psnr(made, real) == pytest.approx(wanted)
    assert psnr(photo, photo) > 100


def test_ssim_is_scikit_image_s(photo: Tensor) -> None:
    real, made = photo[..., 100:228, 150:246], blurred(photo, 1.5)[..., 100:228, 150:246]
    pictures = [p[0].permute(1, 2, 0).numpy() for p in (made, real)]
    wanted: Any = structural_similarity(*pictures, channel_axis=2, data_range=255)  # type: ignore[no-untyped-call]  # scikit-image has no types
    assert ssim(made, real) == pytest.approx(float(wanted), abs=1e-6)
    assert ssim(real, real) == pytest.approx(1)


def test_sharper_pictures_have_more_sharp_edges(photo: Tensor) -> None:
    found = [cpbd(photo), *(cpbd(blurred(photo, sigma)) for sigma in (1.0, 2.0, 4.0))]
    assert found == sorted(found, reverse=True)
    assert found[0] > 0.2 > 2 * found[2]
    both = torch.cat((photo, blurred(photo, 2.0)))
    assert cpbd(both) == pytest.approx((found[0] + found[2]) / 2)


def test_the_width_of_an_edge() -> None:
    row = np.array([10, 10, 10, 60, 120, 180, 200, 200, 200, 50, 50, 50], np.uint8)
    grey = np.tile(np.pad(row, 40, mode="edge"), (9, 1))
    widths, edges = edge_widths(grey), vertical_edges(grey)
    places = np.flatnonzero(edges[4])
    assert widths[4, 44] == 4  # from 10 to 200 in four steps
    assert len(places) == 2
    assert widths[4, places].tolist() == [4, 1]


@pytest.mark.parametrize("measure", [psnr, ssim])
def test_other_sizes_are_refused(measure: object) -> None:
    assert callable(measure)
    with pytest.raises(InvalidValue, match="one size"):
        measure(torch.zeros(1, 3, 8, 8), torch.zeros(1, 3, 8, 9))


def test_what_has_no_edge_or_is_too_small_is_refused() -> None:
    with pytest.raises(InvalidValue, match="has an edge"):
        cpbd(torch.zeros(2, 3, 64, 64, dtype=torch.uint8))
    with pytest.raises(InvalidValue, match="64 px"):
        cpbd(torch.zeros(2, 3, 32, 64, dtype=torch.uint8))
    with pytest.raises(InvalidValue, match="7 px"):
        ssim(torch.zeros(1, 3, 5, 64), torch.zeros(1, 3, 5, 64))
