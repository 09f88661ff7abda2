"""The planes that video codecs store to RGB, exactly: 4:2:0 of eight bits.

FFmpeg's own scaler makes such pictures 1.1 to 1.5 levels too dark; over a decoding, a compositing
and an encoding that would show in every measurement against the source.
"""

from functools import cache

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from visemix.core.media.compiled import compiled

Plane = NDArray[np.uint8]
Weights = NDArray[np.int32]

_BITS = 14
# Luma weights of red and blue by ITU-T H.273 matrix number; what is not here is read as BT.601.
_LUMA = {1: (0.2126, 0.0722), 9: (0.2627, 0.0593), 10: (0.2627, 0.0593)}
_BT601 = (0.299, 0.114)
_FULL_RANGE = 2


def is_plain(frame: VideoFrame) -> bool:
    """Whether :func:`yuv420_to_rgb` takes a frame: 4:2:0, eight bits, an even width."""
    return frame.format.name in ("yuv420p", "yuvj420p") and frame.width % 2 == 0


def yuv420_to_rgb(frame: VideoFrame) -> Plane:
    """A frame as RGB [H, W, 3], by the colour tags that it carries."""
    full = frame.format.name == "yuvj420p" or int(frame.color_range) == _FULL_RANGE
    rgb = np.empty((frame.height, frame.width, 3), np.uint8)
    planes = [np.frombuffer(memoryview(p), np.uint8).reshape(-1, p.line_size) for p in frame.planes]
    _convert(planes[0], planes[1], planes[2], _weights(int(frame.colorspace), full), rgb)
    return rgb


@cache
def _weights(matrix: int, full: bool) -> Weights:
    """[3, 4]: for each of R, G, B the gain of Y, an offset, the gains of Cb and Cr.

    Rec. ITU-R BT.709-6, 3.2-3.4, solved for R, G, B.
    """
    red, blue = _LUMA.get(matrix, _BT601)
    green = 1 - red - blue
    luma, chroma = (1.0, 1.0) if full else (255 / 219, 255 / 224)
    zero = 0.5 - (0.0 if full else 16 * luma)  # half a level, so that the shift rounds
    to_red, to_blue = 2 * (1 - red) * chroma, 2 * (1 - blue) * chroma
    rows = [
        [luma, zero, 0.0, to_red],
        [luma, zero, -to_blue * blue / green, -to_red * red / green],
        [luma, zero, to_blue, 0.0],
    ]
    return np.round(np.array(rows) * (1 << _BITS)).astype(np.int32)


@compiled
def _level(luma: np.int32, colour: np.int32) -> np.uint8:
    level = np.int32(luma + colour) >> np.int32(_BITS)  # 64 bits would take twice as long
    return np.uint8(min(max(level, np.int32(0)), np.int32(255)))


@compiled
def _convert_row(luma: Plane, cb: Plane, cr: Plane, weights: Weights, out: Plane) -> None:
    """One channel of one row; one at a time, because only then does the compiler vectorise."""
    gain, zero, from_cb, from_cr = weights
    for x in range(len(out) // 2):
        u, v = np.int32(cb[x]) - np.int32(128), np.int32(cr[x]) - np.int32(128)
        colour = np.int32(zero + from_cb * u + from_cr * v)
        out[2 * x] = _level(np.int32(gain * np.int32(luma[2 * x])), colour)
        out[2 * x + 1] = _level(np.int32(gain * np.int32(luma[2 * x + 1])), colour)


@compiled
def _convert(luma: Plane, cb: Plane, cr: Plane, weights: Weights, rgb: Plane) -> None:
    line = np.empty((3, rgb.shape[1]), np.uint8)
    red, green, blue = line
    for row in range(rgb.shape[0]):
        for channel in range(3):
            u, v = cb[row // 2], cr[row // 2]
            _convert_row(luma[row], u, v, weights[channel], line[channel])
        out = rgb[row]
        for x in range(len(red)):
            out[x, 0], out[x, 1], out[x, 2] = red[x], green[x], blue[x]
