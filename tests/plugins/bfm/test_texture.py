"""Texture coefficients, albedo and light, learned from drawn pictures whose truth is known."""

import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.drawing.light import irradiance
from visemix.core.fitting.albedo import AlbedoKind
from visemix.core.fitting.appearance import Scene, model_look
from visemix.core.fitting.photometric import photometric
from visemix.core.fitting.surface import vertex_normals
from visemix.core.interfaces import Renderer
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.rendering import Rendering
from visemix.core.values.subject import Picture, ReferenceFrames, Subject
from visemix.plugins.bfm.model import BfmFace
from visemix.plugins.rasterizer_cpu.renderer import RasterizerCpu


class Drawn:
    """The pictures of an acted clip: full frames of twice the size of the crop."""

    def __init__(self, geometry: FaceGeometry) -> None:
        rgb = RasterizerCpu().render(geometry).rgb
        larger = torch.nn.functional.interpolate(rgb, scale_factor=2.0, mode="nearest")
        self._pictures: Tensor = (255 * larger).round().to(torch.uint8).permute(0, 2, 3, 1)
        self.height = self.width = 2 * geometry.camera.height

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, index: int) -> Picture:
        picture: Picture = self._pictures[index].contiguous().numpy()
        return picture


@pytest.fixture
def pictures(face: BfmFace, acted: Subject) -> ReferenceFrames:
    return Drawn(face.geometry(acted.fit.attributes, acted))


class WithoutGradients(Renderer):
    """A renderer that nothing can be learned through."""

    def render(self, geometry: FaceGeometry) -> Rendering:
        with torch.no_grad():
            return RasterizerCpu().render(geometry)


def scene_of(
    face: BfmFace, acted: Subject, pictures: ReferenceFrames, renderer: Renderer | None
) -> Scene:
    def geometry_of(attributes: FaceAttributes) -> FaceGeometry:
        return face.geometry(attributes, acted)

    return Scene(acted.track, acted.fit.attributes, pictures, geometry_of, renderer)


def lit(face: BfmFace, subject: Subject, colors: Tensor | None, light: Tensor | None) -> Tensor:
    """Colours that a viewer sees on the calm face."""
    assert colors is not None
    assert light is not None
    normals = vertex_normals(subject.fit.neutral, face.model.triangles)
    front = normals[:, 2] > 0.4
    return (colors * irradiance(normals, light))[front]


def test_the_look_of_the_clip_comes_back(
    face: BfmFace, acted: Subject, pictures: ReferenceFrames
) -> None:
    scene = scene_of(face, acted, pictures, RasterizerCpu())
    found = model_look(face.model, AlbedoKind.LOW, scene, acted.fit.neutral)
    seen = lit(face, acted, found.look.colors, found.look.light)
    true = lit(face, acted, acted.fit.colors, acted.fit.light)
    plain = lit(face, acted, face.model.albedo, torch.zeros(27))
    assert float((seen - true).abs().mean()) < 0.02
    assert float((seen - true).abs().mean()) < 0.2 * float((plain - true).abs().mean())
    assert found.loss_after < found.loss_before
    assert acted.fit.identity is not None
    both = torch.stack((found.coefficients, acted.fit.identity[80:160]))
    # Smooth colours and light say much the same; only their product is certain.
    assert float(torch.corrcoef(both)[0, 1]) > 0.5


def test_without_gradients_least_squares_have_to_do(
    face: BfmFace, acted: Subject, pictures: ReferenceFrames
) -> None:
    for renderer in (WithoutGradients(), None):
        scene = scene_of(face, acted, pictures, renderer)
        found = model_look(face.model, AlbedoKind.LOW, scene, acted.fit.neutral)
        seen = lit(face, acted, found.look.colors, found.look.light)
        true = lit(face, acted, acted.fit.colors, acted.fit.light)
        assert float((seen - true).abs().mean()) < 0.04
        assert found.loss_after == 0


@pytest.mark.parametrize("albedo", ["low", "detailed", "none"])
def test_the_fit_holds_what_was_learned(
    acted: Subject, pictures: ReferenceFrames, albedo: str
) -> None:
    face = BfmFace(model="synthetic", albedo=albedo)
    fit = face.fit(acted.track, pictures, RasterizerCpu())
    assert fit.identity is not None
    assert fit.identity.shape == (160,)
    assert bool(fit.identity[80:].any()) == (albedo == "low")
    assert (fit.colors is None) == (fit.light is None) == (albedo == "none")
    if fit.colors is None:
        return
    subject = attrs.evolve(acted, fit=fit)
    made = RasterizerCpu().render(face.geometry(fit.attributes, subject))
    truth = RasterizerCpu().render(face.geometry(acted.fit.attributes, acted))
    both = made.alpha * truth.alpha
    error = (made.rgb - truth.rgb).abs() * both
    assert float(error.sum() / both.sum() / 3) < 0.05


def test_the_error_of_a_picture_counts_covered_pixels_and_forgives_outliers() -> None:
    real = torch.zeros(1, 3, 4, 4)
    alpha = torch.zeros(1, 1, 4, 4)
    alpha[..., :2] = 1
    made = real.clone()
    made[..., 3] = 1  # not covered
    assert float(photometric(made, real, alpha)) == 0
    small, large = real.clone(), real.clone()
    small[..., 0] = 0.01
    large[..., 0] = 1.0
    ratio = photometric(large, real, alpha) / photometric(small, real, alpha)
    assert 1 < float(ratio) < 1000  # squares would say 10,000
