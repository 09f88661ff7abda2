"""Blank: a renderer for systems that draw nothing."""

import torch

from visemix.core.interfaces import Renderer
from visemix.core.timeline import length
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.rendering import Rendering


class Blank(Renderer):
    """Draws nothing, at no cost: no picture, and coverage 0 everywhere in the crop."""

    def render(self, geometry: FaceGeometry) -> Rendering:
        """See Renderer."""
        frames, camera = length(geometry), geometry.camera
        return Rendering(
            rgb=torch.zeros(frames, 3, 0, 0),
            alpha=torch.zeros(1, 1, 1, 1).expand(frames, 1, camera.height, camera.width),
            crop=geometry.crop,
            fps=geometry.fps,
            landmarks=geometry.landmarks,
        )
