"""How near pictures are to others, in the whole crop and on the face."""

from collections.abc import Sequence

import attrs
import cv2
import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from visemix.core.values.rendering import Crop
from visemix.core.values.subject import Picture

Mask = NDArray[np.bool_]
MESH = 468
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


@attrs.frozen
class Nearness:
    """Means over frames.

    Attributes:
        face_psnr: dB, on the face.
        face_ssim: mean of the SSIM map on the face.
        psnr: dB, whole crop.
        ssim: whole crop.
    """

    face_psnr: float
    face_ssim: float
    psnr: float
    ssim: float


def face_mask(landmarks: Tensor, crop: Crop) -> Mask:
    """[h, w] the hull of the tracked face.

    Args:
        landmarks: [L, 3] full-frame px.
        crop: of the pictures.
    """
    points = landmarks[:MESH, :2] @ crop.matrix[:, :2].T + crop.matrix[:, 2]
    mask = np.zeros((crop.height, crop.width), np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(points.round().int().numpy()), 1)
    return mask > 0


def nearness(made: Sequence[Picture], real: Sequence[Picture], faces: Sequence[Mask]) -> Nearness:
    """Compare crops [h, w, 3] uint8, frame by frame."""
    rows = [_compare(*frame) for frame in zip(made, real, faces, strict=True)]
    return Nearness(*(float(mean) for mean in np.mean(rows, 0)))


def _compare(made: Picture, real: Picture, face: Mask) -> tuple[float, float, float, float]:
    error = ((made.astype(np.float64) - real) ** 2).mean(-1)
    levels = _ssim(made, real)
    return _psnr(error[face]), float(levels[face].mean()), _psnr(error), float(levels.mean())


def _ssim(made: Picture, real: Picture) -> NDArray[np.float64]:
    """SSIM (Wang et al., 2004) at every pixel [h, w], mean over the colours; sigma 1.5 px."""
    a, b = made.astype(np.float64), real.astype(np.float64)
    mean_a, mean_b = _blur(a), _blur(b)
    var_a, var_b = _blur(a * a) - mean_a**2, _blur(b * b) - mean_b**2
    both = _blur(a * b) - mean_a * mean_b
    light = (2 * mean_a * mean_b + C1) / (mean_a**2 + mean_b**2 + C1)
    shape = (2 * both + C2) / (var_a + var_b + C2)
    mean: NDArray[np.float64] = (light * shape).mean(-1)
    return mean


def _blur(picture: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(cv2.GaussianBlur(picture, (11, 11), 1.5), np.float64)


def _psnr(error: NDArray[np.float64]) -> float:
    return float(10 * np.log10(255**2 / max(float(error.mean()), 1e-9)))
