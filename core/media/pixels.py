"""Decoded frames to upright RGB, whatever the pixel format."""

import struct

import numpy as np
from av.sidedata.sidedata import SideData
from av.video.format import VideoFormat
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from visemix.core.media.colour_in import is_plain, yuv420_to_rgb

Rgb = NDArray[np.uint8]

Turn = tuple[bool, bool, bool]
"""Transpose, then mirror left-right, then mirror top-bottom."""

UPRIGHT: Turn = (False, False, False)

_BY_ANGLE: dict[int, Turn] = {  # degrees counter-clockwise, as PyAV counts
    0: UPRIGHT,
    90: (True, False, True),
    180: (False, True, True),
    270: (True, True, False),
}


class RgbConverter:
    """Turns frames into RGB with one scaler that is set up once.

    Colours follow the tags of the file. An untagged file is read as BT.601, as FFmpeg and
    OpenCV do. What is transparent is laid over white. Wide or deep colours become 8-bit sRGB.
    """

    def __init__(self) -> None:
        self._scaler = VideoReformatter()
        self._turn: Turn | None = None
        self._last: tuple[VideoFrame, Rgb] | None = None

    def __call__(self, frame: VideoFrame) -> Rgb:
        """The picture [H, W, 3], upright and contiguous; the same frame gives the same array."""
        if self._last is None or self._last[0] is not frame:
            self._last = frame, self._convert(frame)
        return self._last[1]

    def _convert(self, frame: VideoFrame) -> Rgb:
        if self._turn is None:  # a track is turned as its first frame says
            self._turn = turn_of(frame)
        if is_plain(frame):
            rgb = yuv420_to_rgb(frame)
        elif has_alpha(frame.format):
            rgb = over_white(self._scaled(frame, "rgba"))
        else:
            rgb = self._scaled(frame, "rgb24")
        return turned(rgb, self._turn)

    def _scaled(self, frame: VideoFrame, pixels: str) -> Rgb:
        return np.asarray(self._scaler.reformat(frame, format=pixels).to_ndarray(), np.uint8)


def has_alpha(form: VideoFormat) -> bool:
    """Whether a pixel format can be transparent."""
    return form.has_palette or len(form.components) in (2, 4)


def over_white(rgba: Rgb) -> Rgb:
    """A picture with alpha [H, W, 4] laid over white, [H, W, 3]."""
    alpha = rgba[..., 3:]
    rgb = np.ascontiguousarray(rgba[..., :3])
    for start in range(0, len(rgba) if alpha.min() < 255 else 0, 256):  # strips: 8K stays small
        rows = slice(start, start + 256)
        weight = alpha[rows].astype(np.uint32)
        mixed = rgb[rows] * weight + 255 * (255 - weight)
        rgb[rows] = ((mixed + 127) // 255).astype(np.uint8)
    return rgb


def turned(rgb: Rgb, turn: Turn) -> Rgb:
    """A picture [H, W, 3] turned upright."""
    transpose, mirror, flip = turn
    if transpose:
        rgb = rgb.transpose(1, 0, 2)
    if mirror:
        rgb = rgb[:, ::-1]
    if flip:
        rgb = rgb[::-1]
    return np.ascontiguousarray(rgb)


def turn_of(frame: VideoFrame) -> Turn:
    """How a frame must be turned, from the display matrix that the camera wrote."""
    try:
        matrix = frame.side_data.get("DISPLAYMATRIX")
    except ValueError:  # PyAV does not know some kind of side data: it still knows the angle
        return _BY_ANGLE[round(frame.rotation / 90) * 90 % 360]
    if not isinstance(matrix, SideData):
        return UPRIGHT
    a, b, _, c, d = struct.unpack("<5i", bytes(matrix)[:20])
    # x' = a x + c y, y' = b x + d y: only quarter turns and mirrors are followed.
    if abs(a) >= abs(b):
        return False, a < 0, d < 0
    return True, c < 0, b < 0


def angle_of(turn: Turn) -> int:
    """Clockwise degrees of a turn, mirrors left out: 0, 90, 180 or 270."""
    transpose, mirror, flip = turn
    if transpose:
        return 90 if mirror else 270
    return 180 if flip else 0
