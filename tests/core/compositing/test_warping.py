"""Crops of a frame, and back."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from visemix.core.compositing.warping import Box, into_frame
from visemix.core.subjects.cropped import crop_picture
from visemix.core.values.rendering import Crop

FRAME = (90, 120)


def smooth_picture(height: int, width: int) -> NDArray[np.uint8]:
    """Slow colours, so that a shift by a fraction of a pixel is seen as a level."""
    y, x = np.mgrid[:height, :width] + 0.5
    waves = [np.sin(x / 9) + np.sin(y / 7), np.sin((x + y) / 11), np.cos(x / 8 - y / 13)]
    return np.stack([127 + 50 * wave for wave in waves], -1).astype(np.uint8)


def matrix(scale: float, left: float, top: float) -> torch.Tensor:
    return torch.tensor([[scale, 0.0, -left * scale], [0.0, scale, -top * scale]])


def test_whole_pixels_are_copied() -> None:
    picture = smooth_picture(*FRAME)
    forth = matrix(1.0, 30, 20)
    crop = crop_picture(picture, Crop(forth, 40, 50))
    assert np.array_equal(crop, picture[20:60, 30:80])
    box = Box.of_crop(forth, (40, 50), FRAME)
    assert box == Box(30, 20, 50, 40)
    assert np.array_equal(into_frame(crop, forth, box), picture[20:60, 30:80])


@pytest.mark.parametrize("scale", [0.5, 0.8, 1.3, 2.0, 3.1])
def test_there_and_back(scale: float) -> None:
    picture = smooth_picture(*FRAME)
    forth, size = matrix(scale, 30.3, 20.6), (round(40 * scale), round(50 * scale))
    box = Box.of_crop(forth, size, FRAME)
    there = crop_picture(picture, Crop(forth, *size))
    back = into_frame(there, forth, box)
    inner = (slice(3, -3), slice(3, -3))
    error = np.abs(back[inner].astype(float) - picture[box.rows_columns][inner]).max()
    assert error <= 4


def test_a_large_crop_is_averaged_not_sampled() -> None:
    checks = (np.indices((200, 200)).sum(0) % 2 * 255).astype(np.uint8)
    box = Box.of_crop(matrix(4.0, 10, 10), (200, 200), FRAME)
    assert box == Box(10, 10, 50, 50)
    small = into_frame(checks, matrix(4.0, 10, 10), box)
    assert abs(int(small.min()) - 127) < 3 and abs(int(small.max()) - 127) < 3


def test_a_crop_that_leaves_the_frame() -> None:
    picture = smooth_picture(*FRAME)
    forth = matrix(1.0, -15, 70)
    crop = crop_picture(picture, Crop(forth, 40, 50))
    assert np.array_equal(crop[:20, 15:], picture[70:, :35])
    assert np.array_equal(crop[:20, 0], picture[70:, 0])  # the border, repeated
    assert Box.of_crop(forth, (40, 50), FRAME) == Box(0, 70, 35, 20)
    away = Box.of_crop(matrix(1.0, 300, 300), (40, 50), FRAME)
    assert away.width == 0 and away.height == 0
