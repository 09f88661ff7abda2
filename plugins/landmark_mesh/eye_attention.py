"""FACIAL's eye attention: the vertices around the eyes in which a blink is painted."""

from functools import cache

import torch
from torch import Tensor

from visemix.core.fitting import eye_attention as equation_9
from visemix.core.fitting.canonical_mesh import canonical_mesh
from visemix.core.fitting.mediapipe_points import EYE_LEFT, EYE_RIGHT, MESH
from visemix.core.fitting.surface import vertex_areas


@cache
def eye_attention() -> Tensor:
    """[478] float32, the mask of FACIAL's eq. 9 on the canonical shape.

    Its share of the face is taken by area, because these vertices crowd around the eyes.
    """
    mesh = canonical_mesh()
    centres = [mesh.vertices[list(eye)].mean(0) for eye in (EYE_RIGHT, EYE_LEFT)]
    areas = vertex_areas(mesh.vertices, mesh.triangles)
    mask = equation_9.eye_attention(mesh.vertices, torch.stack(centres), areas)
    mask[MESH:] = 1  # the irises lie in the eyes
    return mask
