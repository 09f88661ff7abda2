"""Gradients of the numba path against those of the PyTorch reference in float64."""

import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.drawing.fragments import Fragments
from visemix.core.drawing.mesh import Mesh
from visemix.core.drawing.normals import normals
from visemix.plugins.rasterizer_cpu import batch, differentiable, reference

SIZE = (40, 56)
SMOOTH = ("values", "masks", "shares", "depth")


def numbers(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def inputs(homogeneous: bool, attribute_frames: int, mask_frames: int) -> dict[str, Tensor]:
    """Of random triangles, some of them behind the eye if homogeneous; all in float64."""
    vertices = numbers(3, 60, 3) * torch.tensor([70.0, 60.0, 9.0]) - 8
    if homogeneous:
        w = numbers(3, 60, 1, seed=1) * 1.6 - 0.4
        vertices = torch.cat((vertices[..., :2] * w, vertices[..., 2:], w), -1)
    return {
        "vertices": vertices,
        "matrix": torch.eye(4, dtype=torch.float64),
        "attributes": numbers(attribute_frames, 60, 4, seed=2),
        "masks": numbers(mask_frames, 60, 2, seed=3),
    }


def triangles() -> Tensor:
    generator = torch.Generator().manual_seed(4)
    return torch.randint(0, 60, (40, 3), dtype=torch.int32, generator=generator)


def mesh(of: dict[str, Tensor]) -> Mesh:
    return Mesh(of["vertices"], triangles(), of["matrix"], *SIZE, near=0.1)


def loss(made: Fragments, same: Tensor, fields: tuple[str, ...]) -> Tensor:
    """A random weight for every number of the pixels that both show the same on."""
    total = torch.zeros((), dtype=torch.float64)
    for seed, field in enumerate(fields):
        picture = getattr(made, field).double()
        shown = same if picture.ndim == 3 else same[:, None]
        weights = numbers(*picture.shape, seed=seed)
        total = total + torch.where(shown, weights * picture, 0).sum()
    return total


def gradients(
    of: dict[str, Tensor], threads: int, fields: tuple[str, ...] = SMOOTH
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """By the numba path and by the reference."""
    ours = {name: x.float().requires_grad_() for name, x in of.items()}
    theirs = {name: x.clone().requires_grad_() for name, x in of.items()}
    made = differentiable.draw(mesh(ours), ours["attributes"], ours["masks"], threads=threads)
    expected = reference.draw(mesh(theirs), theirs["attributes"], theirs["masks"])
    same = (made.triangle == expected.triangle) & (made.triangle >= 0)
    assert same.float().mean() > 0.9
    return slopes(loss(made, same, fields), ours), slopes(loss(expected, same, fields), theirs)


def slopes(of: Tensor, by: dict[str, Tensor]) -> dict[str, Tensor]:
    found = torch.autograd.grad(of, list(by.values()), materialize_grads=True)
    return dict(zip(by, found, strict=True))


@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize(("attribute_frames", "mask_frames"), [(1, 1), (1, 3), (3, 1), (3, 3)])
@pytest.mark.parametrize("homogeneous", [False, True])
def test_gradients_are_those_of_the_reference(
    homogeneous: bool, attribute_frames: int, mask_frames: int, threads: int
) -> None:
    found, expected = gradients(inputs(homogeneous, attribute_frames, mask_frames), threads)
    for name, gradient in expected.items():
        assert gradient.abs().max() > 1
        error = (found[name] - gradient).abs().max() / gradient.abs().max()
        assert error < 5e-6, f"{name} is off by {error:.1e}"


@pytest.mark.parametrize("field", SMOOTH)
def test_a_loss_may_use_any_one_result(field: str) -> None:
    found, expected = gradients(inputs(True, 1, 1), 1, (field,))
    for name, gradient in expected.items():
        scale = gradient.abs().max().clamp_min(1)
        assert (found[name] - gradient).abs().max() / scale < 5e-6, name


def test_one_frame_in_bands_gives_the_same_every_time() -> None:
    of = {name: x[:1] if x.ndim == 3 else x for name, x in inputs(False, 1, 1).items()}
    large = attrs.evolve(mesh(of), height=600, width=400)
    results: list[Tensor] = []
    for _ in range(2):
        attributes = of["attributes"].float().requires_grad_()
        made = differentiable.draw(large, attributes, of["masks"], threads=4)
        results += torch.autograd.grad(made.values.square().sum(), attributes)
    assert torch.equal(results[0], results[1])


def test_nothing_is_recorded_where_nothing_requires_a_gradient() -> None:
    of = inputs(False, 1, 1)
    made = differentiable.draw(mesh(of), of["attributes"], of["masks"], keep=False)
    assert not made.values.requires_grad
    assert made.depth.numel() == 0
    with torch.no_grad():
        attributes = of["attributes"].requires_grad_()
        assert not differentiable.draw(mesh(of), attributes, of["masks"]).values.requires_grad


def test_only_what_requires_a_gradient_gets_one() -> None:
    of = inputs(False, 1, 1)
    attributes = of["attributes"].requires_grad_()
    made = differentiable.draw(mesh(of), attributes, of["masks"])
    (gradient,) = torch.autograd.grad(made.values.sum(), attributes)
    covered = made.coverage.sum() * made.values.shape[1]
    assert gradient.sum() == pytest.approx(float(covered), rel=1e-5)
    assert not of["vertices"].requires_grad


def test_gradients_of_normals_are_those_of_the_reference() -> None:
    vertices, weights = numbers(2, 60, 3), numbers(2, 60, 3, seed=1)
    found, expected = vertices.float().requires_grad_(), vertices.clone().requires_grad_()
    ours = (differentiable.normals(found, triangles()) * weights).sum()
    theirs = (normals(expected, triangles()) * weights).sum()
    (gradient,) = torch.autograd.grad(theirs, expected)
    assert gradient.abs().max() > 0.1
    (other,) = torch.autograd.grad(ours, found)
    torch.testing.assert_close(other.double(), gradient, atol=1e-4, rtol=0)


def test_a_vertex_of_no_triangle_has_no_normal_and_no_gradient() -> None:
    vertices = numbers(1, 4, 3).float().requires_grad_()
    corners = torch.tensor([[0, 1, 2], [0, 0, 1]], dtype=torch.int32)
    made = differentiable.normals(vertices, corners)
    (gradient,) = torch.autograd.grad(made.sum(), vertices)
    assert not made[0, 3].any()
    assert not gradient[0, 3].any()
    assert gradient.isfinite().all()
    assert torch.equal(made.detach(), batch.normals(vertices, corners))
