"""What gradients are for: a face is moved and lit until it looks like a picture."""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from visemix.core.drawing.mesh_renderer import MeshRenderer
from visemix.core.testing.head import sample_head
from visemix.core.values.camera import Camera, Projection
from visemix.core.values.geometry import FaceGeometry
from visemix.plugins.rasterizer_cpu.renderer import RasterizerCpu

SIZE = 48


def face(shift: Tensor, light: Tensor) -> FaceGeometry:
    """The sample head in perspective, moved by ``shift`` [3] model units and lit by ``light``."""
    head = sample_head()
    camera = Camera(
        torch.full((2,), SIZE / 2), Projection.PERSPECTIVE, SIZE, SIZE, focal=6.0 * SIZE
    )
    return FaceGeometry(
        vertices=(head.vertices + shift)[None],
        triangles=head.triangles,
        camera=camera,
        crop=torch.eye(2, 3)[None],
        fps=25.0,
        colors=0.3 + 0.4 * head.uv[:, [0, 1, 0]],
        light=light,
    )


def fit(renderer: MeshRenderer, target: Tensor, steps: int) -> tuple[Tensor, Tensor]:
    """Where the face of a picture [1, 3, H, W] is, and its light."""
    shift, light = torch.zeros(3, requires_grad=True), torch.zeros(27, requires_grad=True)
    optimizer = torch.optim.Adam([{"params": [shift], "lr": 0.02}, {"params": [light], "lr": 0.01}])
    for _ in range(steps):
        made = renderer.render(face(shift, light))
        loss = (made.rgb - target).abs().mean()
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
    return shift.detach(), light.detach()


@pytest.fixture
def one_thread() -> Iterator[None]:
    """So small a picture is not worth a second one, and they wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("one_thread")
def test_a_face_is_found_by_its_picture() -> None:
    true_shift = torch.tensor([0.15, -0.1, 0.3])
    true_light = 0.15 * torch.randn(27, generator=torch.Generator().manual_seed(0))
    renderer = RasterizerCpu(antialias=True)
    target = renderer.render(face(true_shift, true_light))
    shift, light = fit(renderer, target.rgb, steps=100)
    # A hundredth of a unit is 0.3 px; depth shows only in the size of the face.
    assert (shift - true_shift).abs()[:2].max() < 0.01
    assert (shift - true_shift).abs()[2] < 0.1
    found = renderer.render(face(shift, light)).rgb
    assert (found - target.rgb).abs().mean() < 0.004
    start = renderer.render(face(torch.zeros(3), torch.zeros(27))).rgb
    assert (start - target.rgb).abs().mean() > 0.03
