"""The maps made of fragments."""

import pytest
import torch

from visemix.core.drawing.fragments import Fragments, pixel_map
from visemix.core.errors import InvalidValue


def fragments() -> Fragments:
    """Two pixels of one frame, the second empty."""
    return Fragments(
        triangle=torch.tensor([[[7, -1]]], dtype=torch.int32),
        shares=torch.tensor([[[[0.25, 0.0]], [[0.5, 0.0]]]], dtype=torch.float64),
        depth=torch.tensor([[[-3.0, -torch.inf]]]),
        values=torch.zeros(1, 0, 1, 2),
        masks=torch.zeros(1, 0, 1, 2),
        coverage=torch.tensor([[[[1.0, 0.0]]]]),
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("triangle", [[[[7.0, -1.0]]]]),
        ("barycentric", [[[[0.25, 0.0]], [[0.5, 0.0]]]]),
        ("depth", [[[[-3.0, 0.0]]]]),
    ],
)
def test_maps_are_float32_and_empty_pixels_are_finite(name: str, expected: object) -> None:
    made = pixel_map(name, fragments(), 8)
    assert made.dtype == torch.float32
    assert made.tolist() == expected


def test_too_many_triangles_for_a_float_map_are_refused() -> None:
    pixel_map("triangle", fragments(), 1 << 24)
    with pytest.raises(InvalidValue, match="can number 16777216 triangles"):
        pixel_map("triangle", fragments(), (1 << 24) + 1)
