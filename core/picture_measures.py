"""How near made pictures are to real ones (PSNR, SSIM), and how sharp they are (CPBD)."""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from visemix.core.errors import InvalidValue

PEAK = 255.0
SSIM_WINDOW = 7
"""Side of SSIM's uniform window, px: what scikit-image takes by default."""

K1, K2 = 0.01, 0.03
"""SSIM's constants (Wang et al., Image Quality Assessment, 2004)."""

BLOCK = 64
"""Side of CPBD's blocks, px (Narvekar and Karam, A No-Reference Image Blur Metric, 2011)."""

EDGE_SHARE = 0.002
"""A block with fewer edge pixels does not count."""

CONTRAST = 51
JUST_NOTICED = {True: 5.0, False: 3.0}
"""Width of a blur that is just noticed, px, by whether the block's contrast is at most CONTRAST."""

BETA = 3.6
BLURRED = 0.63
"""Edges whose blur is noticed with a higher probability count as blurred."""


def psnr(made: Tensor, real: Tensor) -> float:
    """Peak signal-to-noise ratio of pictures [T, C, H, W] uint8, dB, mean over the frames.

    Raises:
        InvalidValue: the sizes differ.
    """
    _same(made, real)
    error = (made.double() - real.double()).square().mean((1, 2, 3)).clamp_min(1e-9)
    return float((10 * torch.log10(PEAK**2 / error)).mean())


def ssim(made: Tensor, real: Tensor) -> float:
    """Structural similarity of pictures [T, C, H, W] uint8, mean over channels and frames.

    Raises:
        InvalidValue: the sizes differ, or the pictures are smaller than the window.
    """
    _same(made, real)
    if min(made.shape[-2:]) < SSIM_WINDOW:
        raise InvalidValue(f"SSIM needs {SSIM_WINDOW} px", where="pictures")
    pairs = zip(made, real, strict=True)  # frame by frame: long clips would fill the memory
    found = [_ssim(a.double()[None], b.double()[None]) for a, b in pairs]
    return sum(found) / len(found)


def _ssim(made: Tensor, real: Tensor) -> float:
    count = SSIM_WINDOW**2
    unbiased = count / (count - 1)

    def mean(values: Tensor) -> Tensor:
        return functional.avg_pool2d(values, SSIM_WINDOW, 1)

    mean_a, mean_b = mean(made), mean(real)
    var_a = unbiased * (mean(made * made) - mean_a**2)
    var_b = unbiased * (mean(real * real) - mean_b**2)
    both = unbiased * (mean(made * real) - mean_a * mean_b)
    c1, c2 = (K1 * PEAK) ** 2, (K2 * PEAK) ** 2
    light = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    return float((light * (2 * both + c2) / (var_a + var_b + c2)).mean())


def cpbd(pictures: Tensor) -> float:
    """Cumulative probability of blur detection of pictures [T, 3, H, W] uint8, mean over frames.

    The share of vertical edges whose blur is not noticed, 0 to 1, larger is sharper. Only edges in
    whole blocks of BLOCK px count; frames without any are left out.

    Raises:
        InvalidValue: no frame has an edge, or the pictures are smaller than a block.
    """
    if min(pictures.shape[-2:]) < BLOCK:
        raise InvalidValue(f"CPBD needs {BLOCK} px", where="pictures")
    shares = [_sharp_share(_grey(picture)) for picture in pictures]
    found = [share for share in shares if share is not None]
    if not found:
        raise InvalidValue("no picture has an edge", where="pictures")
    return sum(found) / len(found)


def _grey(picture: Tensor) -> NDArray[np.uint8]:
    rgb = picture.permute(1, 2, 0).contiguous().numpy()
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)


def _sharp_share(grey: NDArray[np.uint8]) -> float | None:
    edges, widths = vertical_edges(grey), edge_widths(grey)
    sharp = total = 0
    for top in range(0, grey.shape[0] - BLOCK + 1, BLOCK):
        for left in range(0, grey.shape[1] - BLOCK + 1, BLOCK):
            here = slice(top, top + BLOCK), slice(left, left + BLOCK)
            found = widths[here][edges[here]]
            if len(found) <= EDGE_SHARE * BLOCK**2:
                continue
            contrast = int(grey[here].max()) - int(grey[here].min())
            noticed = 1 - np.exp(-((found / JUST_NOTICED[contrast <= CONTRAST]) ** BETA))
            sharp += int((noticed <= BLURRED).sum())
            total += len(found)
    return sharp / total if total else None


def vertical_edges(grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """[H, W] where the picture changes most from left to right, one pixel wide."""
    change = np.abs(cv2.Sobel(grey, cv2.CV_64F, 1, 0))
    strong = change > 2 * np.sqrt((change**2).mean())
    before, after = np.roll(change, 1, 1), np.roll(change, -1, 1)
    edges: NDArray[np.bool_] = strong & (change >= before) & (change > after)
    edges[:, [0, -1]] = False
    return edges


def edge_widths(grey: NDArray[np.uint8]) -> NDArray[np.float64]:
    """[H, W] how wide an edge at each pixel would be, px (Marziliano et al., 2002).

    From the nearest extremum on the left to that on the right, along the slope.
    """
    step = np.diff(grey.astype(np.int64), axis=1)
    rising = _run(step > 0)
    falling = _run(step < 0)
    slope = cv2.Sobel(grey, cv2.CV_64F, 1, 0)
    return np.where(slope >= 0, rising, falling).astype(np.float64)


def _run(goes_on: NDArray[np.bool_]) -> NDArray[np.int64]:
    """[H, W] steps in a row around every pixel that all go on; each of [H, W - 1] may or not."""
    height, steps = goes_on.shape
    left, right = (np.zeros((height, steps + 1), np.int64) for _ in range(2))
    for x in range(steps):
        left[:, x + 1] = np.where(goes_on[:, x], left[:, x] + 1, 0)
    for x in range(steps - 1, -1, -1):
        right[:, x] = np.where(goes_on[:, x], right[:, x + 1] + 1, 0)
    return left + right


def _same(made: Tensor, real: Tensor) -> None:
    if made.shape != real.shape or made.ndim != 4:
        what = f"expected two clips of one size, got {list(made.shape)} and {list(real.shape)}"
        raise InvalidValue(what, where="pictures")
