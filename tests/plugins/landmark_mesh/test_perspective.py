"""Perspective distortion out and in again."""

import torch

from visemix.core.fitting.alignment import Alignment
from visemix.core.fitting.canonical_mesh import canonical_mesh
from visemix.core.values.camera import Camera, Projection
from visemix.core.values.pose import PoseConvention
from visemix.plugins.landmark_mesh.perspective import flatten, magnify

MODEL = canonical_mesh().vertices
ALIGNMENT = Alignment(torch.tensor([120.0]), torch.eye(3)[None], torch.tensor([[30.0, -20.0, 5.0]]))


def test_magnify_is_the_perspective_camera() -> None:
    place = ALIGNMENT.pose().to(PoseConvention.EULER_RAD_PERSP)
    camera = Camera(torch.zeros(2), Projection.PERSPECTIVE, 1, 1)
    pixels = camera.project(MODEL @ place.matrix().mT + place.translation[:, None])
    seen = magnify(ALIGNMENT.apply(MODEL), ALIGNMENT.shift[:, 2])
    expected = torch.stack((pixels[..., 0], -pixels[..., 1]), -1)
    torch.testing.assert_close(seen[..., :2], expected, atol=1e-2, rtol=0)


def test_flatten_takes_it_out() -> None:
    flat = ALIGNMENT.apply(MODEL)
    seen = magnify(flat, ALIGNMENT.shift[:, 2])
    again = flatten(seen, torch.ones(1, dtype=torch.bool))
    assert float((seen - flat).abs().max()) > 4
    assert float((again - flat).abs().max()) < 0.2
