"""PSNR and SSIM."""

import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from torch import Tensor

import visemix
from visemix.core.errors import InvalidValue
from visemix.core.media.video_in import read_photo
from visemix.core.picture_measures import frame_psnr, grey, psnr, ssim


@pytest.fixture(scope="module")
def photo() -> Tensor:
    """[1, 3, H, W]."""
    path = Path(visemix.__file__).parent / "registry" / "demo" / "astronaut.jpg"
    return torch.tensor(read_photo(path)).permute(2, 0, 1)[None]


def blurred(photo: Tensor, sigma: float) -> Tensor:
    picture = photo[0].permute(1, 2, 0).numpy()
    made = cv2.GaussianBlur(picture, (0, 0), sigma)
    return torch.tensor(np.asarray(made)).permute(2, 0, 1)[None]


def test_psnr_of_a_known_error() -> None:
    real = torch.full((2, 3, 8, 8), 100, dtype=torch.uint8)
    made = real + torch.tensor([1, 10], dtype=torch.uint8)[:, None, None, None]
    wanted = (20 * np.log10(255) + 20 * np.log10(25.5)) / 2
    assert psnr(made, real) == pytest.approx(wanted)


def test_equal_clips_are_infinitely_near_a_single_equal_frame_is_not() -> None:
    real = torch.full((2, 3, 8, 8), 100, dtype=torch.uint8)
    assert math.isinf(psnr(real, real))
    made = real.clone()
    made[1] += 10
    one_level = 10 * math.log10(255**2 * 3 * 8 * 8)
    assert frame_psnr(made, real).tolist() == pytest.approx([one_level, 20 * math.log10(25.5)])


def test_psnr_is_scikit_image_s_in_colour_and_in_grey(photo: Tensor) -> None:
    made = blurred(photo, 1.5)
    for a, b in ((made, photo), (grey(made), grey(photo))):
        found: Any = peak_signal_noise_ratio(b.numpy(), a.numpy(), data_range=255)  # type: ignore[no-untyped-call]  # scikit-image has no types
        assert psnr(a, b) == pytest.approx(float(found), abs=1e-9)


def test_grey_is_the_luma_of_bt_601() -> None:
    colours = torch.tensor([[255, 0, 0], [0, 255, 0], [0, 0, 255]], dtype=torch.uint8)
    assert grey(colours.T[None, :, None]).flatten().tolist() == [76, 150, 29]


def test_ssim_is_scikit_image_s(photo: Tensor) -> None:
    real, made = photo[..., 100:228, 150:246], blurred(photo, 1.5)[..., 100:228, 150:246]
    pictures = [p[0].permute(1, 2, 0).numpy() for p in (made, real)]
    wanted: Any = structural_similarity(*pictures, channel_axis=2, data_range=255)  # type: ignore[no-untyped-call]  # scikit-image has no types
    assert ssim(made, real) == pytest.approx(float(wanted), abs=1e-6)
    assert ssim(real, real) == pytest.approx(1)


@pytest.mark.parametrize("measure", [psnr, ssim])
def test_other_sizes_are_refused(measure: object) -> None:
    assert callable(measure)
    with pytest.raises(InvalidValue, match="one size"):
        measure(torch.zeros(1, 3, 8, 8), torch.zeros(1, 3, 8, 9))


def test_what_is_smaller_than_the_window_is_refused() -> None:
    with pytest.raises(InvalidValue, match="7 px"):
        ssim(torch.zeros(1, 3, 5, 64), torch.zeros(1, 3, 5, 64))
