"""Gradients: by finite differences in float64, and against the PyTorch reference."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from visemix.core.drawing import antialias as oracle
from visemix.core.drawing import texture as textures
from visemix.core.drawing.fragments import Fragments
from visemix.core.drawing.mesh import Mesh
from visemix.plugins.rasterizer_cpu import reference
from visemix.plugins.rasterizer_cuda import backward
from visemix.plugins.rasterizer_cuda.ops import Meshes, Pixels, interpolate, rasterize
from visemix.plugins.rasterizer_cuda.painting_ops import How, Paint, draw
from visemix.plugins.rasterizer_cuda.picture_ops import antialias, mip_level, texture
from visemix.plugins.rasterizer_cuda.vertex_ops import light_vertices, normals

pytestmark = pytest.mark.usefixtures("host")

SIZE = (14, 11)
DOUBLE = torch.float64


def numbers(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(shape, generator=generator, dtype=DOUBLE)


def crossing(frames: int = 2, near: bool = True) -> Meshes:
    """Triangles that overlap and cross, in a slight perspective."""
    vertices = (numbers(frames, 12, 3) - 0.2) * torch.tensor([16.0, 18.0, 10.0], dtype=DOUBLE)
    triangles = torch.randint(0, 12, (8, 3), generator=torch.Generator().manual_seed(3))
    matrix = torch.eye(4, dtype=DOUBLE)
    matrix[3] = torch.tensor([0.01, 0.02, 0.01, 1.0]) if near else matrix[3]
    return Meshes(vertices.requires_grad_(), triangles.int(), matrix.requires_grad_())


def dome(dtype: torch.dtype = DOUBLE) -> Meshes:
    """Many small triangles that fold back at the rim, turned to the side."""
    line = torch.linspace(-1, 1, 12, dtype=DOUBLE)
    y, x = torch.meshgrid(line, line, indexing="ij")
    z = 1 - 0.5 * (x * x + y * y) - 1.2 * x**4
    points = torch.stack((0.6 * x + 0.8 * z, y, 0.6 * z - 0.8 * x), -1).reshape(1, -1, 3)
    moved = points * 5 + torch.tensor([4.0, 7.0, 0.0], dtype=DOUBLE) + 0.6 * numbers(2, 144, 3)
    index = torch.arange(144, dtype=torch.int32).reshape(12, 12)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    triangles = torch.cat((torch.stack((a, c, b), -1), torch.stack((b, c, d), -1)))
    moved = moved.to(dtype).requires_grad_()
    return Meshes(moved, triangles.reshape(-1, 3), torch.eye(4, dtype=dtype).requires_grad_())


def check(function: Callable[..., Any], inputs: Sequence[Tensor]) -> None:
    assert torch.autograd.gradcheck(function, tuple(inputs), fast_mode=True)


def finite(pixels: Pixels) -> Tensor:
    return pixels.depth.masked_fill(pixels.triangle < 0, 0)


@pytest.mark.parametrize("slices", [1, 3, 40])
def test_rasterize_and_interpolate(slices: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backward, "slices_of", lambda scene: slices)
    vertices, triangles, matrix = crossing()
    attributes = numbers(1, 12, 9, seed=1).requires_grad_()

    def drawn(vertices: Tensor, matrix: Tensor, attributes: Tensor) -> tuple[Tensor, ...]:
        pixels = rasterize(Meshes(vertices, triangles, matrix), SIZE)
        return pixels.shares, finite(pixels), interpolate(pixels, attributes)

    check(drawn, (vertices, matrix, attributes))


def test_shared_and_own_inputs() -> None:
    vertices, triangles, matrix = crossing(1)
    cameras = matrix.detach().repeat(3, 1, 1)
    cameras[:, 0, 3] = torch.tensor([0.0, 1.3, -2.1])
    attributes = numbers(3, 12, 2).requires_grad_()

    def drawn(vertices: Tensor, cameras: Tensor, attributes: Tensor) -> Tensor:
        pixels = rasterize(Meshes(vertices, triangles, cameras), SIZE)
        return interpolate(pixels, attributes)

    check(drawn, (vertices, cameras.requires_grad_(), attributes))


def test_same_as_the_reference_in_float32() -> None:
    meshes, attributes = dome(torch.float32), torch.rand(2, 144, 3, requires_grad=True)
    inputs = (meshes.vertices, meshes.matrix, attributes)
    pixels = rasterize(meshes, SIZE)
    expected = reference.draw(Mesh(*meshes, *SIZE), attributes)
    # Pixels whose centre snapping moved over an edge may show another triangle.
    slope = torch.rand(2, 3, *SIZE) * (pixels.triangle == expected.triangle)[:, None]
    assert (slope > 0).float().mean() > 0.99
    ours = torch.autograd.grad((interpolate(pixels, attributes) * slope).sum(), inputs)
    theirs = torch.autograd.grad((expected.values * slope).sum(), inputs)
    for found, wanted in zip(ours, theirs, strict=True):
        assert (found - wanted).abs().max() < 1e-3 * wanted.abs().max()


def test_normals_and_light() -> None:
    vertices, triangles, _ = dome()
    light, colors = numbers(27).requires_grad_(), numbers(144, 3).requires_grad_()
    check(lambda v: normals(v, triangles), (vertices[:1, :, :].detach().requires_grad_(),))
    few_vertices = vertices[:, :40].detach().contiguous().requires_grad_()
    small = (few_vertices, light, colors[:40].detach().requires_grad_())
    few = triangles[(triangles < 40).all(1)]
    check(lambda v, x, c: light_vertices(v, few, x, c), small)


@pytest.mark.parametrize("make", [crossing, dome])
def test_antialias(make: Callable[[], Meshes]) -> None:
    meshes = make()
    pixels = rasterize(meshes, SIZE, near=0.1)
    pixels = pixels._replace(shares=pixels.shares.detach(), depth=pixels.depth.detach())
    picture = numbers(2, 2, *SIZE, seed=2).requires_grad_()
    fragments = Fragments(pixels.triangle, pixels.shares, pixels.depth, picture, picture, picture)
    mesh = Mesh(*meshes, *SIZE, near=0.1)
    expected = oracle.antialias(picture, fragments, mesh, oracle.neighbours(meshes.triangles))
    found = antialias(picture, pixels, meshes)
    assert (expected != picture).sum() > 50
    assert torch.allclose(found, expected)
    slope = numbers(2, 2, *SIZE, seed=4)
    inputs = (picture, meshes.vertices, meshes.matrix)
    ours = torch.autograd.grad((found * slope).sum(), inputs)
    theirs = torch.autograd.grad((expected * slope).sum(), inputs)
    for one, other in zip(ours, theirs, strict=True):
        assert other.abs().max() > 0
        assert torch.allclose(one, other)


@pytest.mark.parametrize("left", [True, False])
def test_antialias_half_way_between_centres(left: bool) -> None:
    """Nothing is blended, but a step in either direction would."""
    x0, x1 = (-9.0, 4.0) if left else (4.0, 30.0)
    corners = [(x0, -9.0, 0), (x1, -9.0, 0), (x1, 30.0, 0), (x0, 30.0, 0)]
    vertices = torch.tensor([corners], dtype=DOUBLE, requires_grad=True)
    triangles = torch.tensor([[0, 1, 2], [0, 2, 3]], dtype=torch.int32)
    meshes = Meshes(vertices, triangles, torch.eye(4, dtype=DOUBLE))
    pixels = rasterize(meshes, SIZE)
    picture, slope = (pixels.triangle >= 0).to(DOUBLE)[:, None], numbers(1, 1, *SIZE)
    fragments = Fragments(pixels.triangle, pixels.shares, pixels.depth, picture, picture, picture)
    table = oracle.neighbours(triangles)
    expected = oracle.antialias(picture, fragments, Mesh(*meshes, *SIZE), table)
    found = antialias(picture, pixels, meshes)
    assert torch.equal(found, picture)
    ours, theirs = (torch.autograd.grad((x * slope).sum(), vertices)[0] for x in (found, expected))
    assert torch.allclose(ours, theirs)
    assert ours[0, :, 0].abs().sum() > 1


def test_mip_level() -> None:
    meshes, uv = dome(), numbers(144, 2)
    pixels = rasterize(meshes, SIZE)
    fragments = Fragments(*pixels[:3], *pixels[:3])
    expected = textures.mip_level(fragments, Mesh(*meshes, *SIZE), uv, (64, 32))
    assert torch.allclose(mip_level(pixels, uv, (64, 32)), expected)
    assert expected.max() > 2


def painted(
    textured: bool, clamp: bool, attributes: int
) -> tuple[Callable[..., Any], list[Tensor]]:
    """The fused path as a function of all its inputs, and those."""
    vertices, triangles, matrix = crossing()
    color = numbers(1, 12, attributes) * 1.4 - 0.2
    inputs = [vertices, matrix, color, numbers(2, 12, 2)]
    inputs += [numbers(attributes, 5, 4) * 0.8 + 0.1, numbers(12, 2) * 0.4 + 0.3] * textured

    def drawn(*inputs: Tensor) -> tuple[Tensor, ...]:
        vertices, matrix, color, masks, *rest = inputs
        paint = Paint(color, masks, *rest)
        how = How(dtype=DOUBLE, clamp=clamp, keep_pixels=True)
        made = draw(Meshes(vertices, triangles, matrix), SIZE, paint, how)
        return made.picture, made.masks, made.shares, made.depth.masked_fill(made.triangle < 0, 0)

    return drawn, [x.requires_grad_() for x in inputs]


@pytest.mark.parametrize("textured", [False, True])
@pytest.mark.parametrize(("clamp", "attributes"), [(True, 3), (False, 3), (True, 7), (True, 0)])
def test_fused_path(textured: bool, clamp: bool, attributes: int, host: Any) -> None:
    if textured and attributes == 0:
        pytest.skip("a texture has channels")
    drawn, inputs = painted(textured, clamp, attributes)
    check(drawn, inputs)
    fused = any(launch.kernel == "gather_painted" for launch in host.launched)
    assert fused == (not textured and attributes < 7)
    plain = drawn(*(x.detach() for x in inputs))
    for one, other in zip(plain, drawn(*inputs), strict=True):
        assert torch.allclose(one, other)


def test_fused_path_of_which_little_is_used() -> None:
    drawn, inputs = painted(False, True, 3)
    for k in range(4):
        (alone,) = torch.autograd.grad(drawn(*inputs)[k].square().sum(), inputs[0])
        others = [x * 0 for x in drawn(*inputs)]
        others[k] = drawn(*inputs)[k].square()
        (among,) = torch.autograd.grad([x.sum() for x in others], inputs[0])
        assert torch.allclose(alone, among)
        assert alone.abs().max() > 0


@pytest.mark.parametrize("part", ["vertices", "picture"])
def test_order_of_threads_does_not_change_a_bit(part: str, host: Any) -> None:
    def slopes() -> tuple[Tensor, ...]:
        meshes = dome(torch.float32)
        picture = numbers(1, 3, 6, 5).float().requires_grad_()
        pixels = rasterize(meshes, SIZE)
        uv = interpolate(pixels, numbers(144, 2).float())
        made = antialias(texture(picture, uv), pixels, meshes).square().sum()
        return torch.autograd.grad(made, meshes.vertices if part == "vertices" else picture)

    usual = slopes()
    host.backwards = True
    assert torch.equal(slopes()[0], usual[0])
    assert usual[0].abs().max() > 0
