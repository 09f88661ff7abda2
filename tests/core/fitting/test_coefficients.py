"""The fast normal equations say what plain least squares say."""

import torch

from visemix.core.fitting.alignment import Alignment
from visemix.core.fitting.coefficients import (
    metric,
    normal_equations,
    per_frame,
    shared,
    smooth,
)
from visemix.core.rotations import euler_to_matrix

RANDOM = torch.Generator().manual_seed(3)
DIRECTIONS = torch.randn(5, 20, 3, generator=RANDOM)
WEIGHT = torch.rand(20, generator=RANDOM) + 0.1
FRAMES = 4
POSE = Alignment(
    torch.ones(FRAMES),
    euler_to_matrix(torch.randn(FRAMES, 3, generator=RANDOM)),
    torch.zeros(FRAMES, 3),
)
TRUTH = torch.randn(FRAMES, 5, generator=RANDOM)
NO_RIDGE = torch.zeros(5)


def test_they_are_those_of_the_picture() -> None:
    residual = torch.randn(FRAMES, 20, 3, generator=RANDOM)
    normal, right = normal_equations(DIRECTIONS, WEIGHT, metric(POSE, 0.3), residual)
    trust = torch.tensor([1.0, 1.0, 0.3])
    for k in range(FRAMES):
        root = WEIGHT.sqrt()[:, None] * trust
        rows = ((DIRECTIONS @ POSE.rotation[k].T) * root).flatten(1)
        seen = ((residual[k] @ POSE.rotation[k].T) * root).flatten()
        assert torch.allclose(normal[k], rows @ rows.T, atol=1e-4)
        assert torch.allclose(right[k], rows @ seen, atol=1e-4)


def equations() -> tuple[torch.Tensor, torch.Tensor]:
    residual = torch.einsum("tk,klc->tlc", TRUTH, DIRECTIONS)
    return normal_equations(DIRECTIONS, WEIGHT, metric(POSE, 0.3), residual)


def test_coefficients_come_back() -> None:
    assert torch.allclose(per_frame(*equations(), NO_RIDGE), TRUTH, atol=1e-3)


def test_a_ridge_pulls_to_zero() -> None:
    held = per_frame(*equations(), torch.full((5,), 1e3))
    assert float(held.norm()) < 0.2 * float(TRUTH.norm())


def test_coefficients_of_all_frames_come_back() -> None:
    residual = torch.einsum("k,klc->lc", TRUTH[0], DIRECTIONS).expand(FRAMES, -1, -1)
    found = normal_equations(DIRECTIONS, WEIGHT, metric(POSE, 0.3), residual)
    assert torch.allclose(shared(*found, NO_RIDGE), TRUTH[0], atol=1e-3)


def test_steadiness_draws_frames_together_and_none_changes_nothing() -> None:
    normal, right = equations()
    alone = per_frame(normal, right, NO_RIDGE)
    same = smooth(normal, right, NO_RIDGE, torch.zeros(5), 5)
    assert torch.allclose(same, alone, atol=1e-3)
    stiff = smooth(normal, right, NO_RIDGE, torch.full((5,), 1e3), 500)
    assert float(stiff.diff(dim=0).norm()) < 0.1 * float(alone.diff(dim=0).norm())
