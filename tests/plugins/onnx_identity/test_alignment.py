import math

import numpy as np
import pytest
import torch

from visemix.core.testing.samples import sample_subject
from visemix.plugins.onnx_identity.alignment import TEMPLATE, aligned, alignment, five_points


@pytest.mark.parametrize("side", [112, 224])
def test_a_turned_template_comes_back_to_its_place(side: int) -> None:
    wanted = (torch.tensor(TEMPLATE) + 0.5) * side / 112
    angle, scale, shift = 0.4, 3.0, torch.tensor([200.0, -31.0])
    turn = torch.tensor([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    seen = scale * wanted @ turn.T + shift
    matrix = alignment(seen, side)
    assert torch.allclose(seen @ matrix[:, :2].T + matrix[:, 2], wanted, atol=2e-3)


def test_it_is_the_best_similarity() -> None:
    random = torch.Generator().manual_seed(3)
    wanted = torch.tensor(TEMPLATE) + 0.5
    seen = 2 * wanted + 4 * torch.randn(5, 2, generator=random)
    matrix = alignment(seen, 112)

    def error(a: float, b: float, x: float, y: float) -> float:
        moved = seen @ torch.tensor([[a, b], [-b, a]]) + torch.tensor([x, y])
        return float((moved - wanted).square().sum())

    best = (float(matrix[0, 0]), float(matrix[1, 0]), float(matrix[0, 2]), float(matrix[1, 2]))
    assert matrix[0, 0] == matrix[1, 1] and matrix[0, 1] == -matrix[1, 0]
    for place, step in enumerate((0.002, 0.002, 0.1, 0.1)):
        for sign in (-1, 1):
            other = list(best)
            other[place] += sign * step
            assert error(*other) > error(*best)


def test_the_mouth_is_below_the_eyes_in_the_aligned_picture() -> None:
    subject = sample_subject()
    points = five_points(subject.track.landmarks[0])
    matrix = alignment(points, 112)
    placed = points @ matrix[:, :2].T + matrix[:, 2]
    assert placed[0, 0] < placed[1, 0] and placed[3, 0] < placed[4, 0]
    assert placed[:2, 1].max() < placed[2, 1] < placed[3:, 1].min()
    face = aligned(subject.frames[0], subject.track.landmarks[0], 112)
    assert face.shape == (112, 112, 3) and face.dtype == np.uint8
    assert face.std() > 10
