"""Rotations: inverses, orthonormality, signs, and the least-squares similarity."""

import math

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings

from visemix.core import rotations

angle = st.floats(-3.125, 3.125, width=32)
yaw = st.floats(-1.5, 1.5, width=32)
small = st.floats(-1.75, 1.75, width=32)


def assert_rotation(matrix: torch.Tensor) -> None:
    torch.testing.assert_close(
        matrix @ matrix.mT, torch.eye(3).expand_as(matrix), atol=1e-5, rtol=0
    )
    torch.testing.assert_close(
        torch.linalg.det(matrix), torch.ones(matrix.shape[:-2]), atol=1e-5, rtol=0
    )


@settings(deadline=None)  # the machine may be busy
@given(angle, yaw, angle)
def test_euler_angles_come_back(pitch: float, turn: float, roll: float) -> None:
    angles = torch.tensor([pitch, turn, roll])
    matrix = rotations.euler_to_matrix(angles)
    assert_rotation(matrix)
    again = rotations.euler_to_matrix(rotations.matrix_to_euler(matrix))
    torch.testing.assert_close(again, matrix, atol=1e-5, rtol=0)


@settings(deadline=None)  # the machine may be busy
@given(small, small, small)
def test_rotation_vectors_come_back(x: float, y: float, z: float) -> None:
    vector = torch.tensor([x, y, z])
    matrix = rotations.rotvec_to_matrix(vector)
    assert_rotation(matrix)
    torch.testing.assert_close(rotations.matrix_to_rotvec(matrix), vector, atol=1e-4, rtol=0)


def test_rotation_vectors_are_exact_and_differentiable_at_zero() -> None:
    vector = torch.tensor([[0.0, -0.43633232, 0.0], [0.0, 0.0, 0.0]], requires_grad=True)
    matrix = rotations.rotvec_to_matrix(vector)
    exact = rotations.rotvec_to_matrix(vector.double()).float()
    torch.testing.assert_close(matrix, exact, atol=1e-7, rtol=0)
    (slope,) = torch.autograd.grad(matrix[1, 2, 1], vector)
    torch.testing.assert_close(slope[1], torch.tensor([1.0, 0, 0]))


def test_rotation_vector_turns_about_its_axis() -> None:
    matrix = rotations.rotvec_to_matrix(torch.tensor([0.0, 0.0, math.pi / 2]))
    torch.testing.assert_close(
        matrix @ torch.tensor([1.0, 0, 0]), torch.tensor([0.0, 1, 0]), atol=1e-5, rtol=0
    )


@pytest.mark.parametrize(
    ("angles", "point", "expected"),
    [
        # The nose points to +z; x is right in the picture, y up.
        ((90.0, 0.0, 0.0), (0.0, 0, 1), (0.0, -1, 0)),  # +pitch looks down
        ((0.0, 90.0, 0.0), (0.0, 0, 1), (1.0, 0, 0)),  # +yaw to the person's left
        ((0.0, 0.0, 90.0), (0.0, 1, 0), (-1.0, 0, 0)),  # +roll tilts to the person's right
    ],
)
def test_signs(
    angles: tuple[float, ...], point: tuple[float, ...], expected: tuple[float, ...]
) -> None:
    matrix = rotations.euler_to_matrix(torch.tensor(angles) * math.pi / 180)
    torch.testing.assert_close(
        matrix @ torch.tensor(point), torch.tensor(expected), atol=1e-5, rtol=0
    )


def test_order_is_roll_after_yaw_after_pitch() -> None:
    angles = torch.tensor([0.3, -0.5, 0.7])
    pitch, turn, roll = (
        rotations.euler_to_matrix(torch.where(torch.arange(3) == i, angles, torch.zeros(3)))
        for i in range(3)
    )
    torch.testing.assert_close(
        rotations.euler_to_matrix(angles), roll @ turn @ pitch, atol=1e-5, rtol=0
    )


@settings(deadline=None)  # the machine may be busy
@given(st.integers(0, 2**16), st.floats(0.125, 8, width=32))
def test_similarity_recovers_what_was_applied(seed: int, scale: float) -> None:
    generator = torch.Generator().manual_seed(seed)
    source = torch.randn(3, 8, 3, generator=generator)
    matrix = rotations.euler_to_matrix(torch.randn(3, 3, generator=generator))
    shift = torch.randn(3, 3, generator=generator)
    target = scale * source @ matrix.mT + shift[:, None]
    found = rotations.similarity(source, target)
    torch.testing.assert_close(found[0], torch.full((3,), scale), atol=0, rtol=1e-4)
    torch.testing.assert_close(found[1], matrix, atol=1e-4, rtol=0)
    torch.testing.assert_close(found[2], shift, atol=1e-3, rtol=0)


def test_similarity_never_mirrors() -> None:
    source = torch.randn(10, 3, generator=torch.Generator().manual_seed(1))
    rotation = rotations.similarity(source, source * torch.tensor([-1.0, 1, 1]))[1]
    assert float(torch.linalg.det(rotation)) == pytest.approx(1, abs=1e-5)
