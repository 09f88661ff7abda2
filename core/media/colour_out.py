"""RGB planes to the planes that H.264 stores: limited-range BT.709, 4:2:0."""

import numpy as np
from numpy.typing import NDArray

from visemix.core.media.compiled import compiled

Plane = NDArray[np.uint8]

# Rec. ITU-R BT.709-6, 3.2-3.4: Y = 0.2126 R + 0.7152 G + 0.0722 B, Cb = (B - Y) / 1.8556,
# Cr = (R - Y) / 1.5748, stored as 16 + 219 Y and 128 + 224 C. Here as integers over 2^15 for
# luma and, summed over four pixels, over 2^17 for chroma; each row of chroma weights sums to 0.
_Y_R, _Y_G, _Y_B = 5983, 20127, 2032
_B_R, _B_G, _B_B = -3298, -11094, 14392
_R_R, _R_G, _R_B = 14392, -13073, -1319
_Y_ZERO = (16 << 15) + (1 << 14)
_C_ZERO = (128 << 17) + (1 << 16)


# The row functions take single rows, which are contiguous, so the compiler handles many pixels at
# a time: 0.2 ms for a 720p picture instead of 1 ms.


@compiled
def _luma_row(r: Plane, g: Plane, b: Plane, luma: Plane) -> None:
    for x in range(len(r)):
        y = np.int32(_Y_R) * np.int32(r[x]) + np.int32(_Y_G) * np.int32(g[x])
        luma[x] = np.uint8((y + np.int32(_Y_B) * np.int32(b[x]) + np.int32(_Y_ZERO)) >> 15)


@compiled
def _four(top: Plane, low: Plane, x: int) -> np.int32:
    upper = np.int32(top[2 * x]) + np.int32(top[2 * x + 1])
    return np.int32(upper + np.int32(low[2 * x]) + np.int32(low[2 * x + 1]))


@compiled
def _chroma_row(rgb: Plane, row: int, blue: Plane, red: Plane) -> None:
    r_top, g_top, b_top = rgb[0, row], rgb[1, row], rgb[2, row]
    r_low, g_low, b_low = rgb[0, row + 1], rgb[1, row + 1], rgb[2, row + 1]
    for x in range(len(r_top) // 2):
        r = _four(r_top, r_low, x)
        g = _four(g_top, g_low, x)
        b = _four(b_top, b_low, x)
        cb = np.int32(_B_R) * r + np.int32(_B_G) * g + np.int32(_B_B) * b
        cr = np.int32(_R_R) * r + np.int32(_R_G) * g + np.int32(_R_B) * b
        blue[x] = np.uint8((cb + np.int32(_C_ZERO)) >> 17)
        red[x] = np.uint8((cr + np.int32(_C_ZERO)) >> 17)


@compiled
def rgb_to_yuv420(rgb: Plane, luma: Plane, blue: Plane, red: Plane) -> None:
    """Converts one picture, writing into the given planes, whose rows may be longer.

    Args:
        rgb: [3, H, W] uint8, contiguous, H and W even.
        luma: [H, >= W], receives Y.
        blue: [H/2, >= W/2], receives Cb, the mean of 2 x 2 pixels.
        red: [H/2, >= W/2], receives Cr.
    """
    for row in range(rgb.shape[1]):
        _luma_row(rgb[0, row], rgb[1, row], rgb[2, row], luma[row])
    for row in range(rgb.shape[1] // 2):
        _chroma_row(rgb, 2 * row, blue[row], red[row])
