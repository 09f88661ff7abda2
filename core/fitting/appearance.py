"""Which look a face model learns from a clip's pictures."""

from collections.abc import Callable

import attrs
import torch

from visemix.core.fitting.albedo import AlbedoKind, Look, calmest, low_frequency, sampled_look
from visemix.core.fitting.morphable_model import MorphableModel
from visemix.core.fitting.photometric import Photos, Texture, fit_texture
from visemix.core.interfaces import Renderer
from visemix.core.subjects.cropped import crop_picture
from visemix.core.timeline import cut, pick
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.subject import ReferenceFrames
from visemix.core.values.track import Track

PHOTOS = 6
"""Frames that texture coefficients are learned from; more change them by less than their noise."""


@attrs.frozen(eq=False)
class Scene:
    """A fitted clip with its pictures.

    Attributes:
        track: the face in every frame.
        attributes: fitted to it.
        pictures: the frames.
        geometry_of: the posed mesh of some of ``attributes``.
        renderer: draws it; None leaves visibility to the normals.
    """

    track: Track
    attributes: FaceAttributes
    pictures: ReferenceFrames
    geometry_of: Callable[[FaceAttributes], FaceGeometry]
    renderer: Renderer | None = None


def skin_look(kind: AlbedoKind, scene: Scene, neutral: torch.Tensor) -> Look:
    """Albedo of the calmest frame, detailed or smoothed, and its light.

    Args:
        kind: DETAILED or LOW.
        scene: the clip.
        neutral: [V, 3] the person's calm shape, model units.
    """
    frame = calmest(scene.attributes, scene.track.found)
    geometry = scene.geometry_of(cut(scene.attributes, frame, frame + 1))
    look = sampled_look(geometry, scene.pictures[frame], scene.renderer)
    if kind is AlbedoKind.DETAILED:
        return look
    return attrs.evolve(look, colors=low_frequency(look.colors, neutral, geometry.triangles))


def model_look(
    model: MorphableModel, kind: AlbedoKind, scene: Scene, neutral: torch.Tensor
) -> Texture:
    """The same; a model with colours has its texture coefficients as low-frequency albedo."""
    if kind is AlbedoKind.LOW and model.texture is not None:
        return fit_texture(model, _photos(scene), scene.renderer)
    colours = 0 if model.texture is None else len(model.texture)
    return Texture(torch.zeros(colours), skin_look(kind, scene, neutral))


def _photos(scene: Scene) -> Photos:
    found = scene.track.found.nonzero()[:, 0]
    place = torch.linspace(0, len(found) - 1, min(PHOTOS, len(found))).round().long()
    index = found[place]
    pictures = [scene.pictures[int(k)] for k in index]
    crops = [torch.tensor(crop_picture(p, scene.track.crop)) for p in pictures]
    seen = torch.stack(crops).permute(0, 3, 1, 2).float() / 255
    return Photos(scene.geometry_of(pick(scene.attributes, index)), pictures, seen)
