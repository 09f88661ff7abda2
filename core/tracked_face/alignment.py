"""Rigid pose of the canonical mesh in a tracked clip."""

from torch import Tensor

from visemix.core.fitting import alignment
from visemix.core.fitting.mediapipe_points import RIGID


def align(model: Tensor, points: Tensor) -> alignment.Alignment:
    """Pose of the model [V, 3] in every frame of ``points`` [T, V, 3], from rigid points only."""
    return alignment.align(model, points, RIGID)
