"""Crops put back to where they lie in the full frame."""

from typing import Any

import attrs
import cv2
import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Floats = NDArray[np.float32]
Pixels = NDArray[Any]
"""[H, W] or [H, W, C], uint8 or float32."""

SHARP_SHRINK = 1.25
"""Above this factor a picture is averaged down before it is warped, or it would alias."""


@attrs.frozen
class Box:
    """A rectangle of whole pixels of the full frame.

    Attributes:
        left, top: first column and row.
        width, height: px; 0 where the crop lies outside the frame.
    """

    left: int
    top: int
    width: int
    height: int

    @property
    def rows_columns(self) -> tuple[slice, slice]:
        """What it covers of a picture [H, W, ...]."""
        rows = slice(self.top, self.top + self.height)
        return rows, slice(self.left, self.left + self.width)

    @staticmethod
    def of_crop(matrix: Tensor, size: tuple[int, int], frame: tuple[int, int]) -> "Box":
        """The pixels of a frame that a crop covers.

        Args:
            matrix: [2, 3] from full-frame px to crop px.
            size: height and width of the crop, px.
            frame: height and width of the frame, px.
        """
        back, height, width = inverse(matrix), *size
        corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]])
        seen = corners @ back.T
        low = np.maximum(np.floor(seen.min(0)), 0).astype(int)
        high = np.minimum(np.ceil(seen.max(0)), (frame[1], frame[0])).astype(int)
        across, down = np.maximum(high - low, 0).tolist()
        return Box(int(low[0]), int(low[1]), across, down)


def inverse(matrix: Tensor) -> NDArray[np.float64]:
    """[2, 3] from crop px to full-frame px.

    >>> import torch
    >>> inverse(torch.tensor([[2.0, 0, -6], [0, 2, -4]])).tolist()
    [[0.5, 0.0, 3.0], [0.0, 0.5, 2.0]]
    """
    turn = np.linalg.inv(matrix[:, :2].double().numpy())
    shift = -turn @ matrix[:, 2:].double().numpy()
    return np.concatenate((turn, shift), 1)


def into_frame(crop: Pixels, matrix: Tensor, box: Box, *, outside: float | None = None) -> Pixels:
    """A crop as it lies in the full frame, within ``box``.

    Args:
        crop: [h, w] or [h, w, C].
        matrix: [2, 3] from full-frame px to crop px.
        box: which pixels of the frame are wanted.
        outside: value around the crop; None repeats its border.
    """
    back = inverse(matrix)
    back[:, 2] -= (box.left, box.top)
    border = cv2.BORDER_REPLICATE if outside is None else cv2.BORDER_CONSTANT
    return warped(crop, back, (box.height, box.width), border, outside or 0.0)


def warped(
    picture: Pixels,
    matrix: NDArray[np.float64],
    size: tuple[int, int],
    border: int = cv2.BORDER_REPLICATE,
    outside: float = 0.0,
) -> Pixels:
    """A picture under an affine map, averaged down first where it becomes much smaller.

    Args:
        picture: [H, W] or [H, W, C].
        matrix: [2, 3] from its px to px of the result.
        size: height and width of the result.
        border: what OpenCV does beyond the rim of the picture.
        outside: value there, for cv2.BORDER_CONSTANT.
    """
    shrunk, matrix = _shrunk(picture, matrix)
    centred = matrix.copy()
    centred[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5  # cv2's (0, 0) is a pixel's centre
    made: Pixels = cv2.warpAffine(
        shrunk,
        centred,
        (size[1], size[0]),
        flags=cv2.INTER_LINEAR,
        borderMode=border,
        borderValue=(outside,) * 4,
    )
    return made


def _shrunk(picture: Pixels, matrix: NDArray[np.float64]) -> tuple[Pixels, NDArray[np.float64]]:
    """The picture averaged down to about the size it will have, and the map from there."""
    factor = 1 / float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    if factor < SHARP_SHRINK:
        return picture, matrix
    height, width = (max(1, round(side / factor)) for side in picture.shape[:2])
    small: Pixels = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    scale = np.array([picture.shape[1] / width, picture.shape[0] / height])
    changed = matrix.copy()
    changed[:, :2] *= scale
    return small, changed
