"""The head in finished pictures, for people who look at many of them at once."""

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from visemix.core.values.subject import Subject

THUMBNAIL_PX = 384
"""Longest side of a picture in a contact sheet."""


def head_of(subject: Subject) -> tuple[slice, slice]:
    """Rows and columns of the full frame that the subject's crop covers."""
    crop = subject.track.crop
    turn, shift = crop.matrix[:, :2], crop.matrix[:, 2]
    corners = torch.tensor([[0.0, 0.0], [crop.width, crop.height]]) - shift
    (left, top), (right, bottom) = (corners @ torch.linalg.inv(turn).T).round().int().tolist()
    return (
        slice(max(top, 0), min(bottom, subject.frames.height)),
        slice(max(left, 0), min(right, subject.frames.width)),
    )


def head_in(rgb: Tensor, subject: Subject) -> Tensor:
    """The head in pictures [T, 3, H, W]; the pictures themselves if they are not full frames."""
    if tuple(rgb.shape[2:]) != (subject.frames.height, subject.frames.width):
        return rgb
    tall, wide = head_of(subject)
    return rgb[:, :, tall, wide]


def thumbnails(rgb: Tensor) -> Tensor:
    """Pictures [T, 3, H, W] uint8, at most ``THUMBNAIL_PX`` on a side."""
    scale = THUMBNAIL_PX / max(rgb.shape[2:])
    if scale >= 1:
        return rgb
    size = [max(1, round(side * scale)) for side in rgb.shape[2:]]
    return interpolate(rgb.float(), size, mode="area").round().to(torch.uint8)
