"""The fused path and the operators on vertices against those that it is made of."""

import pytest
import torch

from visemix.core.drawing import normals as oracle
from visemix.core.drawing.light import irradiance
from visemix.plugins.rasterizer_cuda.ops import Meshes, Pixels, interpolate, rasterize
from visemix.plugins.rasterizer_cuda.painting_ops import How, Paint, draw
from visemix.plugins.rasterizer_cuda.picture_ops import texture
from visemix.plugins.rasterizer_cuda.vertex_ops import light_vertices, normals

pytestmark = pytest.mark.usefixtures("host")

SIZES = [(32, 20), (33, 29)]  # whose pixels can be written in fours, and whose cannot


def some(seed: int = 0) -> Meshes:
    generator = torch.Generator().manual_seed(seed)
    vertices = (torch.rand(3, 40, 3, generator=generator) - 0.2) * torch.tensor([40.0, 45, 10])
    triangles = torch.randint(0, 40, (30, 3), generator=generator, dtype=torch.int32)
    return Meshes(vertices, triangles, torch.eye(4))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("textured", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.uint8])
def test_draw(size: tuple[int, int], textured: bool, dtype: torch.dtype) -> None:
    meshes = some()
    color, masks, uv = torch.rand(3, 40, 3) * 1.5 - 0.2, torch.rand(40, 2), torch.rand(40, 2)
    picture = torch.rand(3, 9, 7) if textured else None
    pixels = rasterize(meshes, size)
    expected = interpolate(pixels, color)
    if picture is not None:
        expected = expected * texture(picture[None], interpolate(pixels, uv))
    found = draw(meshes, size, Paint(color, masks, picture, uv), How(dtype=dtype))
    scale = 255 if dtype == torch.uint8 else 1
    for one, other in (
        (found.picture, expected.clamp(0, 1)),
        (found.masks, interpolate(pixels, masks)),
        (found.coverage, (pixels.triangle >= 0).float()[:, None]),
    ):
        assert one.dtype == dtype
        tolerance = {torch.float32: 0.0, torch.float16: 3e-4, torch.uint8: 0.5001 / 255}[dtype]
        assert (one.float() / scale - other).abs().max() <= tolerance
    assert found.triangle.shape == (3, 0, 0)
    assert 0.2 < found.coverage.float().mean() / scale < 1


@pytest.mark.parametrize("size", SIZES)
def test_draw_keeps_pixels(size: tuple[int, int]) -> None:
    meshes, color = some(), torch.rand(1, 40, 0)
    found = draw(meshes, size, Paint(color), How(keep_pixels=True))
    pixels: Pixels = rasterize(meshes, size)
    assert torch.equal(found.triangle, pixels.triangle)
    assert torch.equal(found.shares, pixels.shares)
    assert torch.equal(found.depth, pixels.depth)
    assert found.picture.shape == (3, 0, *size)


def test_hard_masks_and_no_clamp() -> None:
    meshes, color, masks = some(), torch.rand(1, 40, 1) * 3 - 1, torch.rand(1, 40, 1)
    pixels = rasterize(meshes, (8, 9))
    found = draw(meshes, (8, 9), Paint(color, masks), How(hard_masks=True, clamp=False))
    assert torch.equal(found.picture, interpolate(pixels, color))
    assert torch.equal(found.masks, (interpolate(pixels, masks) >= 0.5).float())
    assert found.picture.max() > 1


def test_uint8_of_numbers_that_are_none() -> None:
    """Colours that are NaN or out of range become the nearest there is, never garbage."""
    corners = torch.tensor([[[-9.0, -9, 0], [30, -9, 0], [-9, 30, 0]]])
    meshes = Meshes(corners, torch.tensor([[0, 1, 2]], dtype=torch.int32), torch.eye(4))
    color = torch.tensor([torch.nan, 7.0, -7.0]).expand(1, 3, 3).contiguous()
    found = draw(meshes, (2, 2), Paint(color), How(clamp=False, dtype=torch.uint8)).picture
    assert found.reshape(3, 4).tolist() == [[0] * 4, [255] * 4, [0] * 4]


def test_normals_and_light_agree_with_the_reference() -> None:
    meshes, light, colors = some(), torch.rand(27) - 0.5, torch.rand(40, 3)
    expected = oracle.normals(meshes.vertices, meshes.triangles)
    found = normals(meshes.vertices, meshes.triangles)
    assert torch.allclose(found, expected, atol=1e-5)
    lit = light_vertices(meshes.vertices, meshes.triangles, light, colors)
    assert torch.allclose(lit, irradiance(expected, light) * colors, atol=1e-4)
    plain = light_vertices(meshes.vertices, meshes.triangles, light)
    assert torch.allclose(plain, irradiance(expected, light), atol=1e-4)


def test_light_of_each_frame() -> None:
    meshes, light = some(), torch.rand(3, 27)
    together = light_vertices(meshes.vertices, meshes.triangles, light)
    followed = light_vertices(meshes.vertices, meshes.triangles, light.clone().requires_grad_())
    assert torch.allclose(together, followed, atol=1e-5)
    for t in range(3):
        frame = meshes.vertices[t : t + 1]
        alone = light_vertices(frame, meshes.triangles, light[t])
        assert torch.equal(together[t], alone[0])


def test_triangles_of_each_frame_have_their_own_normals() -> None:
    meshes = some()
    each = torch.stack([meshes.triangles, meshes.triangles[:, [0, 2, 1]], meshes.triangles.flip(0)])
    found = normals(meshes.vertices, each)
    for t in range(3):
        alone = normals(meshes.vertices[t : t + 1], each[t])
        assert torch.equal(found[t], alone[0])


def test_normals_leave_out_what_is_not_finite() -> None:
    meshes = some()
    bad = (meshes.triangles == 0).any(1)
    assert bad.any()
    vertices = meshes.vertices.clone()
    vertices[:, 0] = torch.nan
    expected = normals(meshes.vertices, meshes.triangles[~bad])
    assert torch.equal(normals(vertices, meshes.triangles)[:, 1:], expected[:, 1:])
