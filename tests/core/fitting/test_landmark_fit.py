"""Identity, expression and pose of a small linear face come back from its landmarks."""

import math

import pytest
import torch
from torch import Tensor

from visemix.core.fitting.alignment import Alignment, align
from visemix.core.fitting.landmark_fit import (
    FitOptions,
    Motion,
    fit_motion,
    fit_person,
    landmark_error,
)
from visemix.core.fitting.landmark_model import LandmarkModel, landmark_weights
from visemix.core.fitting.mediapipe_points import MESH, RIGID
from visemix.core.rotations import euler_to_matrix, matrix_to_euler
from visemix.core.testing.head import OPEN, SMILE, sample_head

FRAMES = 40
FOCAL = 1015.0


def model() -> LandmarkModel:
    head = sample_head()
    x, y, _ = head.vertices.T
    wide = torch.stack((0.05 * x, torch.zeros_like(x), torch.zeros_like(x)), 1)
    long = torch.stack((torch.zeros_like(y), 0.05 * y, torch.zeros_like(y)), 1)
    return LandmarkModel(
        head.vertices,
        torch.stack((wide, long)),
        head.moves[[OPEN, SMILE]],
        landmark_weights(),
        torch.ones(2),
        torch.ones(2),
    )


def acted() -> tuple[Tensor, Tensor, Alignment]:
    """Neutral landmarks, expression [T, 2] and pose of someone who turns and speaks."""
    time = torch.arange(FRAMES) / 25
    face = model()
    neutral = face.mean + 0.8 * face.identity[0] - 0.5 * face.identity[1]
    opened = torch.sin(7 * time).clamp(min=0)
    expression = torch.stack((opened, 0.4 * torch.sin(3 * time).clamp(min=0)), 1)
    expression[::3] = 0  # calm frames
    angles = torch.stack((0.1 * torch.sin(time), 0.3 * torch.sin(2 * time), 0.05 * time), 1)
    shift = torch.stack((5 * time, -3 * time, torch.zeros_like(time)), 1)
    return neutral, expression, Alignment(90 + 4 * time, euler_to_matrix(angles), shift)


def seen(neutral: Tensor, expression: Tensor, pose: Alignment) -> Tensor:
    return pose.apply(neutral + torch.einsum("tk,klc->tlc", expression, model().expression))


def test_a_person_and_how_they_move_come_back() -> None:
    neutral, expression, pose = acted()
    points = seen(neutral, expression, pose)
    person = fit_person(model(), points, FitOptions())
    assert person.identity.tolist() == pytest.approx([0.8, -0.5], abs=0.15)
    found = fit_motion(model(), neutral, points, FitOptions())
    assert torch.allclose(found.expression, expression, atol=0.05)
    turned = matrix_to_euler(found.alignment.rotation) - matrix_to_euler(pose.rotation)
    assert float(turned.abs().max()) < math.radians(0.5)
    everywhere = torch.ones(FRAMES, dtype=torch.bool)
    assert float(landmark_error(found.fitted, points, everywhere).mean()) < 0.3


def test_what_the_identity_cannot_say_is_the_offset() -> None:
    neutral, expression, pose = acted()
    cheek = 205
    odd = neutral.clone()
    odd[cheek, 0] -= 0.05
    person = fit_person(model(), seen(odd, expression, pose), FitOptions())
    assert float(person.offset[cheek, 0]) == pytest.approx(-0.05, abs=0.02)
    assert float(person.offset[:, 2].abs().max()) == 0
    assert float(person.offset[4].norm()) < 0.02


def test_an_open_mouth_in_a_photo_is_laid_to_the_expression() -> None:
    neutral, _, pose = acted()
    opened = torch.tensor([[0.9, 0.0]])
    points = seen(neutral, opened, pose.at(torch.tensor([0])))
    person = fit_person(model(), points, FitOptions())
    face = model()
    found = face.mean + torch.einsum("k,klc->lc", person.identity, face.identity) + person.offset
    closed = float((neutral[13] - neutral[14])[1])
    assert float((found[13] - found[14])[1]) == pytest.approx(closed, abs=0.01)  # 1 mm
    assert float((points[0, 13] - points[0, 14])[1] / pose.scale[0]) > closed + 0.1


def perspective(neutral: Tensor, expression: Tensor, pose: Alignment) -> Tensor:
    """Points of the true perspective camera with the head where ``pose`` puts it."""
    shape = neutral + torch.einsum("tk,klc->tlc", expression, model().expression)
    distance = FOCAL / pose.scale
    place = torch.cat((pose.shift[:, :2] / pose.scale[:, None], torch.zeros(FRAMES, 1)), 1)
    x, y, z = (shape @ pose.rotation.mT + place[:, None]).unbind(-1)
    near = FOCAL / (distance[:, None] - z)
    return torch.stack((x * near, y * near, z * pose.scale[:, None]), -1)


def test_a_perspective_camera_is_undone() -> None:
    neutral, expression, pose = acted()
    points = perspective(neutral, expression, pose)

    def error(found: Motion) -> float:
        everywhere = torch.ones(FRAMES, dtype=torch.bool)
        return float(landmark_error(found.fitted, points, everywhere).mean())

    right = fit_motion(model(), neutral, points, FitOptions(focal=FOCAL))
    wrong = fit_motion(model(), neutral, points, FitOptions())
    assert error(right) < 0.3
    assert error(wrong) > 3 * error(right)
    assert torch.allclose(right.expression, expression, atol=0.08)


def test_steady_expressions_change_less() -> None:
    neutral, expression, pose = acted()
    noise = torch.randn(FRAMES, MESH + 10, 3, generator=torch.Generator().manual_seed(0))
    points = seen(neutral, expression, pose) + 2 * noise
    loose = fit_motion(model(), neutral, points, FitOptions()).expression
    steady = fit_motion(model(), neutral, points, FitOptions(steadiness=1e4)).expression
    assert float(steady.diff(dim=0).norm()) < 0.7 * float(loose.diff(dim=0).norm())


def test_a_moving_model_is_aligned_as_a_still_one() -> None:
    neutral, _, pose = acted()
    points = pose.apply(neutral)
    still = align(neutral, points, RIGID)
    moving = align(neutral.expand_as(points), points, RIGID, depth_weight=0.1)
    assert torch.allclose(still.rotation, moving.rotation, atol=1e-4)
    assert torch.allclose(still.apply(neutral), points, atol=1e-2)
