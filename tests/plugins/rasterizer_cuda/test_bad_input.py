"""Every wrong argument is one error that names it."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from visemix.core.errors import InvalidValue, VisemixError
from visemix.plugins.rasterizer_cuda.launch import LAUNCHERS
from visemix.plugins.rasterizer_cuda.ops import Meshes, interpolate, rasterize
from visemix.plugins.rasterizer_cuda.painting_ops import How, Paint, draw
from visemix.plugins.rasterizer_cuda.picture_ops import antialias, mip_level, texture
from visemix.plugins.rasterizer_cuda.vertex_ops import light_vertices, normals

SIZE = (4, 5)
MESHES = Meshes(torch.rand(2, 6, 3), torch.tensor([[0, 1, 2]], dtype=torch.int32), torch.eye(4))
META = torch.device("meta")


def changed(**fields: Any) -> Meshes:
    return MESHES._replace(**fields)


def painted(**fields: Any) -> Callable[[], object]:
    return lambda: draw(MESHES, SIZE, Paint(torch.rand(6, 3))._replace(**fields))


WRONG: list[tuple[str, str, Callable[[], object]]] = [
    ("vertices", "[1 or T, V, 3 or 4]",
     lambda: rasterize(changed(vertices=torch.rand(6, 3)), SIZE)),
    ("vertices", "[1 or T, V, 3 or 4]",
     lambda: rasterize(changed(vertices=torch.rand(2, 6, 2)), SIZE)),
    ("vertices", "float32", lambda: rasterize(changed(vertices=torch.ones(2, 6, 3).int()), SIZE)),
    ("vertices", "float32", lambda: rasterize(changed(vertices=torch.ones(2, 6, 3).half()), SIZE)),
    ("vertices", "contiguous",
     lambda: rasterize(changed(vertices=torch.rand(2, 3, 6).mT), SIZE)),
    ("triangles", "int32", lambda: rasterize(changed(triangles=MESHES.triangles.long()), SIZE)),
    ("triangles", "[1 or T, F, 3]",
     lambda: rasterize(changed(triangles=torch.zeros(1, 4).int()), SIZE)),
    ("matrix", "1 frame or 3",
     lambda: rasterize(changed(vertices=torch.rand(1, 6, 3), matrix=torch.eye(4).repeat(2, 1, 1),
                               triangles=torch.zeros(3, 1, 3).int()), SIZE)),
    ("triangles", "on cpu", lambda: rasterize(changed(triangles=MESHES.triangles.to(META)), SIZE)),
    ("triangles", "vertex 6 of a mesh of 6", lambda: rasterize(changed(triangles=six()), SIZE)),
    ("triangles", "vertex -7", lambda: normals(MESHES.vertices, six() - 7)),
    ("matrix", "[1 or T, 4, 4]", lambda: rasterize(changed(matrix=torch.eye(3)), SIZE)),
    ("matrix", "torch.float32", lambda: rasterize(changed(matrix=torch.eye(4).double()), SIZE)),
    ("matrix", "on cpu", lambda: rasterize(changed(matrix=torch.eye(4).to(META)), SIZE)),
    ("vertices", "1 frame or 3", lambda: rasterize(changed(matrix=torch.rand(3, 4, 4)), SIZE)),
    ("height", "1 to 16384", lambda: rasterize(MESHES, (0, 5))),
    ("width", "1 to 16384", lambda: rasterize(MESHES, (4, 16385))),
    ("near", "above 0", lambda: rasterize(MESHES, SIZE, near=0.0)),
    ("near", "above 0", lambda: rasterize(MESHES, SIZE, near=float("nan"))),
    ("attributes", "[1 or T, 6, C]", lambda: interpolate(drawn(), torch.rand(1, 5, 2))),
    ("attributes", "1 frame or 2", lambda: interpolate(drawn(), torch.rand(3, 6, 2))),
    ("attributes", "torch.float32", lambda: interpolate(drawn(), torch.rand(1, 6, 2).double())),
    ("attributes", "on cpu", lambda: interpolate(drawn(), torch.rand(1, 6, 2, device=META))),
    ("attributes", "contiguous", lambda: interpolate(drawn(), torch.rand(1, 2, 6).mT)),
    ("light", "[1 or T, 27]",
     lambda: light_vertices(MESHES.vertices, MESHES.triangles, torch.rand(9))),
    ("colors", "[1 or T, 6, 3]",
     lambda: light_vertices(MESHES.vertices, MESHES.triangles, torch.rand(27), torch.rand(6, 4))),
    ("color", "[1 or T, 6, C]", painted(color=torch.rand(5, 3))),
    ("masks", "1 frame or 2", painted(masks=torch.rand(3, 6, 1))),
    ("texture", "[3, h, w]", painted(texture=torch.rand(1, 4, 4), uv=torch.rand(6, 2))),
    ("texture", "at least one texel", painted(texture=torch.rand(3, 0, 4), uv=torch.rand(6, 2))),
    ("uv", "texture coordinates", painted(texture=torch.rand(3, 4, 4))),
    ("uv", "[6, 2]", painted(texture=torch.rand(3, 4, 4), uv=torch.rand(6, 3))),
    ("dtype", "torch.uint8",
     lambda: draw(MESHES, SIZE, Paint(torch.rand(6, 3)), How(dtype=torch.int32))),
    ("picture", "[2, C, 4, 5]", lambda: antialias(torch.rand(2, 3, 5, 4), drawn(), MESHES)),
    ("picture", "[1 or T, C, h, w]", lambda: texture(torch.rand(3, 4, 4), torch.rand(1, 2, 3, 3))),
    ("picture", "float32", lambda: texture(torch.ones(1, 3, 4, 4).int(), torch.rand(1, 2, 3, 3))),
    ("uv", "[T, 2, H, W]", lambda: texture(torch.rand(1, 3, 4, 4), torch.rand(1, 3, 3, 2))),
    ("level", "[1, 3, 3]",
     lambda: texture(torch.rand(1, 3, 4, 4), torch.rand(1, 2, 3, 3), torch.rand(1, 3))),
    ("uv", "[6, 2]", lambda: mip_level(drawn(), torch.rand(5, 2), (4, 4))),
]  # fmt: skip


def six() -> torch.Tensor:
    return torch.tensor([[0, 1, 6]], dtype=torch.int32)


def drawn() -> Any:
    return rasterize(MESHES, SIZE)


@pytest.mark.usefixtures("host")
@pytest.mark.parametrize(("name", "expected", "call"), WRONG, ids=lambda x: str(x)[:20])
def test_error_names_the_argument(name: str, expected: str, call: Callable[[], object]) -> None:
    with pytest.raises(InvalidValue) as error:
        call()
    assert error.value.where == name
    assert expected in str(error.value)


@pytest.mark.usefixtures("host")
def test_a_wrong_index_is_skipped_where_it_cannot_be_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While a CUDA graph is recorded."""
    monkeypatch.setattr("visemix.plugins.rasterizer_cuda.topology._recording", lambda device: True)
    corners = torch.tensor([[[-9.0, -9, 0], [30, -9, 0], [-9, 30, 0]]], requires_grad=True)
    triangles = torch.tensor([[0, 1, 3], [0, -1, 2], [0, 1, 2]], dtype=torch.int32)
    pixels = rasterize(Meshes(corners, triangles, torch.eye(4)), SIZE)
    assert (pixels.triangle == 2).all()
    made = normals(corners, triangles).sum() + interpolate(pixels, torch.rand(1, 3, 2)).sum()
    (slope,) = torch.autograd.grad(made, corners)
    assert slope.isfinite().all()


def test_tensors_that_no_kernel_can_reach() -> None:
    assert "cpu" not in LAUNCHERS
    with pytest.raises(
        VisemixError, match=r"run on cuda devices, the tensors are on cpu.*rasteriz"
    ):
        rasterize(MESHES, SIZE)


@pytest.mark.usefixtures("host")
def test_too_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(scene: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9.00 GiB. GPU 0 has")

    monkeypatch.setattr("visemix.plugins.rasterizer_cuda.forward.rasterize", full)
    with pytest.raises(VisemixError, match=r"not enough memory.*out of memory.*fewer frames"):
        rasterize(MESHES, SIZE)
