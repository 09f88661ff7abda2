"""CPBD, how sharp pictures are (Narvekar and Karam, A No-Reference Image Blur Metric, 2011).

The paper leaves the edge detectors open. Published numbers were made with the authors' program or
with its port, the Python package cpbd; the constants here are those of the port.
"""

import math

import attrs
import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.picture_measures import grey

BLOCK = 64
"""Side of the blocks, px; only whole ones count."""

EDGE_SHARE = 0.002
"""A block with fewer edge pixels (Canny) does not count."""

CANNY_SIGMA, CANNY_LOW, CANNY_HIGH = 1.0, 0.1, 0.2
"""On levels 0 to 255: nearly every change is an edge, so that only flat blocks do not count."""

CONTRAST = 50
JUST_NOTICED = {True: 5.0, False: 3.0}
"""Width of a blur that is just noticed, px, by whether the block's contrast is at most CONTRAST."""

BETA = 3.6
SHARP_PERCENT = 63
"""Edges whose blur is noticed with at most this probability, in whole percent, are sharp."""

SLOPE = math.tan(math.radians(22.5))
"""Edges whose slope is farther from horizontal have no width (Marziliano et al., 2002)."""

LONGEST = 100
"""Steps that an edge may have on each side beyond its first, px."""


@attrs.frozen(eq=False)
class Edges:
    """Vertical edges of one picture.

    Attributes:
        rows, columns: [E] where they are.
        widths: [E] px from the extremum on the left to that on the right, along the slope.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    widths: NDArray[np.int64]


def cpbd(pictures: Tensor) -> float:
    """Cumulative probability of blur detection of pictures [T, 3, H, W] uint8, mean over frames.

    The share of vertical edges whose blur is not noticed, 0 to 1, larger is sharper. Frames
    without an edge are left out.

    Raises:
        InvalidValue: no frame has an edge, or the pictures are smaller than a block.
    """
    shares = frame_cpbd(pictures)
    found = shares[~shares.isnan()]
    if not len(found):
        raise InvalidValue("no picture has an edge", where="pictures")
    return float(found.mean())


def frame_cpbd(pictures: Tensor) -> Tensor:
    """[T] float64 of each frame; NaN where it has no edge. See ``cpbd``.

    Raises:
        InvalidValue: the pictures are smaller than a block.
    """
    if min(pictures.shape[-2:]) < BLOCK:
        raise InvalidValue(f"CPBD needs {BLOCK} px", where="pictures")
    shares = [_sharp_share(picture[0].numpy()) for picture in grey(pictures)]
    return torch.tensor(shares, dtype=torch.float64)


def _sharp_share(picture: NDArray[np.uint8]) -> float:
    counts, contrast = _edge_counts(picture), _contrasts(picture)
    edges = vertical_edges(picture)
    rows, columns = edges.rows // BLOCK, edges.columns // BLOCK
    inside = (rows < counts.shape[0]) & (columns < counts.shape[1])
    place = rows[inside], columns[inside]
    used = counts[place] > EDGE_SHARE * BLOCK**2
    just = np.where(contrast[place][used] <= CONTRAST, JUST_NOTICED[True], JUST_NOTICED[False])
    noticed = 1 - np.exp(-((edges.widths[inside][used] / just) ** BETA))
    sharp = np.round(100 * noticed) <= SHARP_PERCENT
    return float(sharp.mean()) if len(sharp) else math.nan


def _blocks(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """[rows, columns, BLOCK^2] of [H, W]."""
    rows, columns = (side // BLOCK for side in values.shape)
    whole = values[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK)
    return whole.swapaxes(1, 2).reshape(rows, columns, -1)


def _edge_counts(picture: NDArray[np.uint8]) -> NDArray[np.int64]:
    smooth = cv2.GaussianBlur(picture, (0, 0), CANNY_SIGMA)
    found = cv2.Canny(smooth, CANNY_LOW, CANNY_HIGH, L2gradient=True)
    return np.asarray(np.count_nonzero(_blocks(np.asarray(found, np.uint8)), axis=-1), np.int64)


def _contrasts(picture: NDArray[np.uint8]) -> NDArray[np.int64]:
    blocks = _blocks(picture)
    return np.asarray(np.ptp(blocks, axis=-1), np.int64)


def vertical_edges(picture: NDArray[np.uint8]) -> Edges:
    """Edges of a grey picture [H, W] uint8 and their widths.

    Sobel's strength across is thresholded and thinned, then every edge is followed to both sides.
    """
    levels = picture.astype(np.int64)
    rows, columns = np.nonzero(_thin(_strength(picture))[1:-1, 1:-1])
    rows, columns = rows + 1, columns + 1
    across = levels[rows, columns + 1] - levels[rows, columns - 1]
    down = levels[rows + 1, columns] - levels[rows - 1, columns]
    steep = (across != 0) & (np.abs(down) > SLOPE * np.abs(across))
    rows, columns, across = (values[~steep] for values in (rows, columns, across))
    rising = np.where(across >= 0, 1, -1)
    widths = sum(_reach(levels, (rows, columns + side), side, rising) + 1 for side in (-1, 1))
    return Edges(rows, columns, np.asarray(widths))


def _strength(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Squared slope; 0 below twice its root mean square, as the port compares them."""
    kernel = cv2.Sobel(
        picture, cv2.CV_64F, 1, 0, ksize=3, scale=1 / 8, borderType=cv2.BORDER_REFLECT
    )
    squared = np.asarray(kernel, np.float64) ** 2
    return np.where(squared > 2 * np.sqrt(squared.mean()), squared, 0.0)


def _thin(strength: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Larger than both neighbours in the row, or than both in the column; 0 beyond the rim."""
    wide = np.pad(strength, 1)
    row = (strength > wide[1:-1, :-2]) & (strength > wide[1:-1, 2:])
    column = (strength > wide[:-2, 1:-1]) & (strength > wide[2:, 1:-1])
    thinned: NDArray[np.bool_] = row | column
    return thinned


def _reach(
    levels: NDArray[np.int64],
    start: tuple[NDArray[np.int64], NDArray[np.int64]],
    side: int,
    rising: NDArray[np.int64],
) -> NDArray[np.int64]:
    """[E] how many more steps to that side go on as the edge does."""
    rows, inner = start
    reach = np.zeros(len(rows), np.int64)
    going = np.arange(len(rows))
    for _ in range(LONGEST):
        outer = inner[going] + side
        there = (outer >= 0) & (outer < levels.shape[1])
        going, outer = going[there], outer[there]
        step = (levels[rows[going], outer] - levels[rows[going], outer - side]) * side
        on = step * rising[going] > 0
        going = going[on]
        if not len(going):
            break
        reach[going] += 1
        inner = inner.copy()
        inner[going] = outer[on]
    return reach
