"""Pictures wrapped over a mesh."""

from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from visemix.core.errors import MediaError


def sample(texture: Tensor, uv: Tensor) -> Tensor:
    """Bilinear texture lookup; outside of [0, 1] the border goes on.

    Args:
        texture: [C, h, w]; texel centres at half integers.
        uv: [T, 2, H, W], u right and v down, 0 to 1 over the picture.

    Returns:
        [T, C, H, W].
    """
    grid = uv.permute(0, 2, 3, 1) * 2 - 1
    return torch.nn.functional.grid_sample(
        texture.expand(len(uv), -1, -1, -1), grid, padding_mode="border", align_corners=False
    )


def read_texture(path: Path) -> Tensor:
    """A picture file as [3, h, w] float32 RGB in [0, 1].

    Raises:
        MediaError: it is missing or no picture.
    """
    try:
        data = np.fromfile(path, np.uint8)
    except OSError as e:
        raise MediaError("the texture cannot be read", where=path, do="check the path") from e
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB) if data.size else None
    if picture is None:
        raise MediaError("the texture is not a picture", where=path, do="use a PNG or JPEG file")
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1) / 255
