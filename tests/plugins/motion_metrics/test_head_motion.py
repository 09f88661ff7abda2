"""Heads that are turned by known angles."""

import math

import pytest
import torch
from scipy.stats import wasserstein_distance
from torch import Tensor

from visemix.core.fitting.canonical_mesh import canonical_mesh
from visemix.core.interfaces import Metric
from visemix.core.judging.case import Case
from visemix.core.judging.head_pose import head_pose
from visemix.core.rotations import euler_to_matrix
from visemix.core.testing.takes import case_of, losing, take_with
from visemix.plugins.motion_metrics.head_motion import (
    HeadSimilarity,
    Jitter,
    PoseError,
    turn_between,
)


def turned(angles_deg: Tensor) -> Tensor:
    """Landmarks of the canonical face, turned by pitch, yaw, roll [T, 3] in degrees."""
    shape = canonical_mesh().vertices @ euler_to_matrix(torch.deg2rad(angles_deg)).mT
    return 40 * shape * torch.tensor([1.0, -1.0, -1.0]) + torch.tensor([64.0, 64.0, 0.0])


def value(metric: Metric, made: Tensor, real: Tensor) -> float:
    return metric.conclude([metric.observe(case_of(made, real))])


def angles(frames: int = 40, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return 8 * torch.randn(frames, 3, generator=generator)


def test_pose_error_is_the_angle_between_the_heads() -> None:
    real = torch.zeros(3, 3)
    made = torch.tensor([[6.0, 0, 0], [0, -9, 0], [0, 0, 3]])
    assert value(PoseError(), turned(made), turned(real)) == pytest.approx(6, abs=0.01)
    assert value(PoseError(), turned(made), turned(made)) == 0


def test_pose_error_is_one_angle_about_any_axis() -> None:
    """Two quarter turns about different axes make a third of a full turn: 120 degrees."""
    first = euler_to_matrix(torch.tensor([math.pi / 2, 0.0, 0.0]))
    second = first @ euler_to_matrix(torch.tensor([0.0, 0.0, math.pi / 2]))
    angle = turn_between(torch.eye(3), second)
    assert math.degrees(float(angle)) == pytest.approx(120, abs=1e-3)
    small = euler_to_matrix(torch.tensor([1e-3, 0.0, 0.0]))
    assert float(turn_between(torch.eye(3), small)) == pytest.approx(1e-3, rel=1e-3)
    half = euler_to_matrix(torch.tensor([0.0, 0.0, math.pi]))
    assert float(turn_between(torch.eye(3), half)) == pytest.approx(math.pi, abs=1e-3)


def test_hs_in_the_joint_range() -> None:
    """Yaw moves from {0, 10} to {10, 20}: W1 = 10 of the joint range 20; the others agree."""
    made = torch.tensor([[1.0, 0, 3], [-1, 10, -3]])
    real = torch.tensor([[1.0, 10, 3], [-1, 20, -3]])
    assert value(HeadSimilarity(), turned(made), turned(real)) == pytest.approx(2.5 / 3, abs=1e-3)


def test_hs_in_a_fixed_range() -> None:
    made = torch.tensor([[0.0, 0, 0], [0, 10, 0]])
    real = torch.tensor([[0.0, 10, 0], [0, 20, 0]])
    fixed = HeadSimilarity(range="fixed")
    assert value(fixed, turned(made), turned(real)) == pytest.approx(1 - 10 / 180 / 3, abs=1e-3)
    fixed = HeadSimilarity(range="fixed", range_deg=20)
    assert value(fixed, turned(made), turned(real)) == pytest.approx(1 - 0.5 / 3, abs=1e-3)


def test_hs_is_that_of_scipy() -> None:
    made, real = turned(angles(seed=1)), turned(angles(seed=2) + 3)
    a, b = head_pose(made).rotation, head_pose(real).rotation
    both = torch.cat((a, b))
    span = both.amax(0) - both.amin(0)
    known = [1 - wasserstein_distance(a[:, k], b[:, k]) / float(span[k]) for k in range(3)]
    assert value(HeadSimilarity(), made, real) == pytest.approx(sum(known) / 3, abs=1e-6)


def trembling(px: float, frames: int = 30) -> Tensor:
    """A face that jumps to and fro by ``px``: its second difference is 4 ``px``."""
    return turned(torch.zeros(frames, 3)) + px * (-1.0) ** torch.arange(frames)[:, None, None]


def test_jitter_is_relative_to_the_truth() -> None:
    real = trembling(0.1)
    assert value(Jitter(), trembling(0.3), real) == pytest.approx(3, rel=1e-3)
    assert value(Jitter(), real, real) == 1
    assert value(Jitter(), turned(torch.zeros(30, 3)), real) == pytest.approx(0, abs=1e-4)


def test_jitter_does_not_jump_over_lost_frames() -> None:
    """A head that moves on while it is not seen: the jump is nobody's jitter."""
    real = trembling(0.1)
    real[15:] += 30
    whole = take_with(real)
    metric = Jitter()
    jumping = metric.observe(Case(take_with(trembling(0.1)), whole, whole))
    assert float(jumping.values["value"]) < 0.2
    lost = losing(whole, [14])
    seen = metric.observe(Case(take_with(trembling(0.1)), lost, lost))
    assert float(seen.values["value"]) == pytest.approx(1, rel=1e-3)
    assert seen.note == "1 of 30 frames without a face left out"


@pytest.mark.parametrize(
    ("real", "lost", "note"),
    [
        (trembling(0.1, 2), [], "no three frames in a row show both faces"),
        (trembling(0.1, 9), [2, 5, 8], "no three frames in a row show both faces"),
        (trembling(0.0, 9), [], "the real face stands perfectly still"),
    ],
)
def test_jitter_that_cannot_be_measured(real: Tensor, lost: list[int], note: str) -> None:
    take = losing(take_with(real), lost)
    seen = Jitter().observe(Case(take, take, take))
    assert bool(seen.values["value"].isnan())
    assert seen.note == note
