"""Real pictures in the subject's crop, the truth that refiners learn from."""

import cv2
import numpy as np

from visemix.core.values.rendering import Crop
from visemix.core.values.subject import Picture

ON_A_PIXEL = 1e-3
"""A crop whose corner and side are this close to whole pixels is a plain slice of the frame."""


def crop_picture(picture: Picture, crop: Crop) -> Picture:
    """[h, w, 3] uint8, what ``crop`` shows of a full frame; beyond the frame its rim is repeated.

    Args:
        picture: [H, W, 3] uint8.
        crop: affine map from full-frame px to crop px; pixel centres lie at half integers.
    """
    matrix = crop.matrix.double().numpy()
    place = _slice(matrix, crop)
    if place is not None:
        return _resized(_sliced(picture, *place), crop)
    # OpenCV counts pixel centres as whole numbers.
    shifted = matrix.copy()
    shifted[:, 2] += matrix[:, :2] @ np.array([0.5, 0.5]) - 0.5
    made = cv2.warpAffine(
        picture,
        shifted,
        (crop.width, crop.height),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(made, np.uint8)


def _slice(
    matrix: "np.ndarray[tuple[int, int], np.dtype[np.float64]]", crop: Crop
) -> tuple[int, int, int, int] | None:
    """Left, top, width, height of the crop in the frame, if those are whole pixels."""
    across, down = matrix[0, 0], matrix[1, 1]
    if matrix[0, 1] or matrix[1, 0] or across <= 0 or down <= 0:
        return None
    exact = np.array(
        [
            -matrix[0, 2] / across,
            -matrix[1, 2] / down,
            crop.width / across,
            crop.height / down,
        ]
    )
    whole = np.round(exact)
    if np.abs(exact - whole).max() > ON_A_PIXEL or whole[2:].min() < 1:
        return None
    left, top, width, height = (int(n) for n in whole)
    return left, top, width, height


def _sliced(picture: Picture, left: int, top: int, width: int, height: int) -> Picture:
    tall, wide = picture.shape[:2]
    rows = np.clip(np.arange(top, top + height), 0, tall - 1)
    columns = np.clip(np.arange(left, left + width), 0, wide - 1)
    if top >= 0 and left >= 0 and top + height <= tall and left + width <= wide:
        return picture[top : top + height, left : left + width]
    return picture[rows][:, columns]


def _resized(picture: Picture, crop: Crop) -> Picture:
    size = (crop.width, crop.height)
    if picture.shape[:2] == (crop.height, crop.width):
        return picture
    smaller = crop.width < picture.shape[1]
    made = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)
    return np.asarray(made, np.uint8)
