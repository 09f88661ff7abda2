"""How a head is turned, from tracked landmarks alone; alike for made and real videos."""

import torch
from torch import Tensor

from visemix.core.fitting.alignment import align
from visemix.core.fitting.canonical_mesh import canonical_mesh
from visemix.core.fitting.mediapipe_points import RIGID
from visemix.core.values.pose import HeadPose


def head_pose(landmarks: Tensor) -> HeadPose:
    """Pitch, yaw, roll in degrees and (scale, x, y) in px of a scaled orthographic camera.

    The canonical face is laid onto the points that speech hardly moves. Nothing is learned of the
    person, so a face that differs from the canonical one is seen turned by a constant few degrees;
    comparisons of one person with themselves lose it.

    Args:
        landmarks: [T, 478, 3] px as tracked, y down, of any picture; x and y of the result are px
            around its corner, y up.
    """
    upright = landmarks * torch.tensor([1.0, -1.0, -1.0])
    return align(canonical_mesh().vertices, upright, RIGID).pose()
