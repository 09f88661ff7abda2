"""How near made pictures are to real ones: PSNR and SSIM; core/sharpness.py says how sharp."""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from visemix.core.errors import InvalidValue

PEAK = 255.0
SSIM_WINDOW = 7
"""Side of SSIM's uniform window, px: what scikit-image takes by default."""

K1, K2 = 0.01, 0.03
"""SSIM's constants (Wang et al., Image Quality Assessment, 2004)."""


def grey(pictures: Tensor) -> Tensor:
    """[T, 1, H, W] uint8 luma of pictures [T, 3, H, W] uint8: 0.299 R + 0.587 G + 0.114 B."""
    made = [cv2.cvtColor(p.permute(1, 2, 0).numpy(), cv2.COLOR_RGB2GRAY) for p in pictures]
    return torch.from_numpy(np.stack(made))[:, None]


def psnr(made: Tensor, real: Tensor) -> float:
    """Peak signal-to-noise ratio of pictures [T, C, H, W] uint8, dB, mean over the frames.

    Infinite where all frames are equal; see ``frame_psnr`` for single ones that are.

    Raises:
        InvalidValue: the sizes differ.
    """
    return float(frame_psnr(made, real).mean())


def frame_psnr(made: Tensor, real: Tensor) -> Tensor:
    """[T] float64, dB, 10 log10(255^2 / MSE) of each frame.

    Args:
        made: [T, C, H, W] uint8.
        real: the same shape.

    Raises:
        InvalidValue: the sizes differ.
    """
    return decibels(frame_error(made, real), made[0].numel())


def frame_error(made: Tensor, real: Tensor) -> Tensor:
    """[T] float64, mean squared error of pictures [T, C, H, W] uint8, frame by frame.

    Raises:
        InvalidValue: the sizes differ.
    """
    _same(made, real)
    pairs = zip(made, real, strict=True)  # frame by frame: long clips would fill the memory
    return torch.stack([(a.double() - b.double()).square().mean() for a, b in pairs])


def decibels(error: Tensor, numbers: int) -> Tensor:
    """PSNR [T] of the frames of a clip from their mean squared errors [T].

    Where every frame is equal all are infinite. A single equal frame must not make the mean of a
    clip infinite: it counts as if one number were one level off.

    Args:
        error: of ``frame_error``.
        numbers: of one picture: channels x height x width.
    """
    if bool(error.any()):
        error = error.clamp_min(1 / numbers)
    return 10 * torch.log10(PEAK**2 / error)


def ssim(made: Tensor, real: Tensor) -> float:
    """Structural similarity of pictures [T, C, H, W] uint8, mean over channels and frames.

    Raises:
        InvalidValue: the sizes differ, or the pictures are smaller than the window.
    """
    return float(frame_ssim(made, real).mean())


def frame_ssim(made: Tensor, real: Tensor) -> Tensor:
    """[T] float64, of each frame, mean over its channels; see ``ssim``.

    Raises:
        InvalidValue: the sizes differ, or the pictures are smaller than the window.
    """
    _same(made, real)
    if min(made.shape[-2:]) < SSIM_WINDOW:
        raise InvalidValue(f"SSIM needs {SSIM_WINDOW} px", where="pictures")
    pairs = zip(made, real, strict=True)
    # Channel by channel in OpenCV: it stays in the cache and takes a tenth of the time.
    shares = [[_ssim(x.numpy(), y.numpy()) for x, y in zip(a, b, strict=True)] for a, b in pairs]
    return torch.tensor(shares, dtype=torch.float64).mean(1)


def _ssim(made: NDArray[np.uint8], real: NDArray[np.uint8]) -> float:
    a, b = made.astype(np.float64), real.astype(np.float64)
    count, rim = SSIM_WINDOW**2, SSIM_WINDOW // 2
    unbiased = count / (count - 1)

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        whole = np.asarray(cv2.blur(values, (SSIM_WINDOW, SSIM_WINDOW)), np.float64)
        return whole[rim:-rim, rim:-rim]

    mean_a, mean_b = mean(a), mean(b)
    var_a = unbiased * (mean(a * a) - mean_a**2)
    var_b = unbiased * (mean(b * b) - mean_b**2)
    both = unbiased * (mean(a * b) - mean_a * mean_b)
    c1, c2 = (K1 * PEAK) ** 2, (K2 * PEAK) ** 2
    light = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    return float((light * (2 * both + c2) / (var_a + var_b + c2)).mean())


def _same(made: Tensor, real: Tensor) -> None:
    if made.shape != real.shape or made.ndim != 4:
        what = f"expected two clips of one size, got {list(made.shape)} and {list(real.shape)}"
        raise InvalidValue(what, where="pictures")
