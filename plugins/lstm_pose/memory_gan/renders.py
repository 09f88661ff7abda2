"""Renders over real pictures, as the generator and the memory see them."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from visemix.core.compositing.masks import whole_face
from visemix.core.subjects.cropped import crop_picture
from visemix.core.training.frame_batch import FrameBatch
from visemix.core.values.attributes import Sources
from visemix.core.values.rendering import Crop, Shot
from visemix.core.values.subject import ReferenceFrames

OFFSETS = (-2, -1, 0)
"""Frames of a window relative to the one that is refined."""


def over(rgb: Tensor, alpha: Tensor, background: Tensor) -> Tensor:
    """A render [..., 3, H, W] over a background, both in [0, 1].

    Args:
        rgb: black where nothing is drawn, so that its rim already has its share only.
        alpha: [..., 1, H, W] coverage.
        background: what is seen where that is 0.
    """
    return (rgb + background * (1 - alpha)).clamp(0, 1)


def without_holes(alpha: Tensor) -> Tensor:
    """Coverage [T, 1, H, W], 1 also in what is open in a mesh but within the face.

    The mouth of a mesh may be a hole. Its own background must not show there: in training that is
    the very mouth to be made.

    Args:
        alpha: float32 in [0, 1], or uint8 up to 255.
    """
    whole = 255 if alpha.dtype == torch.uint8 else 1.0
    share = (alpha.float() / whole).numpy()
    faces = [np.asarray(whole_face(picture[0], 0.0)) for picture in share]
    inside = torch.from_numpy(np.stack(faces))[:, None] > 0
    return alpha.masked_fill(inside, whole)


def of_batch(batch: FrameBatch, side: int) -> Tensor:
    """Renders over their own pictures, [B, L, O, 3, side, side] in [-1, 1]."""
    layers = (batch.window_rgb, batch.window_alpha, batch.window_real)
    made = over(*(layer.float() / 255 for layer in layers))
    small = resized(made.flatten(0, 2), side) * 2 - 1
    return small.reshape(*made.shape[:3], *small.shape[1:])


def of_shot(shot: Shot, frames: ReferenceFrames) -> Tensor:
    """Renders [T, 3, H, W] in [0, 1], over the reference frames that the matcher chose for them."""
    rendering = shot.rendering
    height, width = rendering.alpha.shape[2:]
    crops = [Crop(matrix, height, width) for matrix in rendering.crop]
    alpha = without_holes(rendering.alpha)
    return over(rendering.rgb, alpha, backgrounds(shot.match.base, crops, frames))


def backgrounds(base: Sources, crops: Sequence[Crop], frames: ReferenceFrames) -> Tensor:
    """[T, 3, H, W] in [0, 1], what the crops show of the chosen frames, mixed by their shares."""
    cut: dict[tuple[int, bytes], Tensor] = {}

    def of(frame: int, crop: Crop) -> Tensor:
        key = (frame, crop.matrix.numpy().tobytes())
        if key not in cut:
            picture = torch.tensor(crop_picture(frames[frame], crop))
            cut[key] = picture.permute(2, 0, 1).float() / 255
        return cut[key]

    made = []
    for crop, index, weight in zip(crops, base.index.tolist(), base.weight, strict=True):
        used = [(of(i, crop), w) for i, w in zip(index, weight, strict=True) if w > 0]
        made.append(torch.stack([picture * w for picture, w in used]).sum(0))
    return torch.stack(made)


def resized(pictures: Tensor, side: int) -> Tensor:
    """[N, C, H, W] in the square size of a network."""
    return to_size(pictures, (side, side))


def to_size(pictures: Tensor, size: tuple[int, int]) -> Tensor:
    """[N, C, H, W] in another size, averaged where that is smaller."""
    if tuple(pictures.shape[2:]) == size:
        return pictures
    return functional.interpolate(pictures, size, mode="bilinear", antialias=True)


def windows(renders: Tensor) -> Tensor:
    """Consecutive renders [2 + T, 3, H, W] to windows [T, 9, H, W]."""
    reach = len(OFFSETS) - 1
    count = len(renders) - reach
    return torch.cat([renders[k : k + count] for k in range(reach + 1)], 1)
