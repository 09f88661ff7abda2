"""Puts rows of any rate on the video's frame grid, and cuts windows around every frame."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from visemix.core.errors import RecipeError
from visemix.core.values.audio import Audio
from visemix.core.windows import Window


def frame_count(audio: Audio, fps: float) -> int:
    """Frames that ``audio`` lasts, to the nearest whole one."""
    return int(len(audio.samples) * fps / audio.rate + 0.5)


def frame_samples(frames: int, fps: float, rate: int, after: float = 0.0) -> Tensor:
    """[frames] int64: the sample nearest to ``after`` samples after each frame begins."""
    exact = torch.arange(frames, dtype=torch.float64) * (rate / fps) + after
    return (exact + 0.5).floor().to(torch.int64)


def rows_at(rows: Tensor, position: Tensor) -> Tensor:
    """Linear interpolation between rows.

    Args:
        rows: [N, D], N >= 1.
        position: [T] float64 row numbers; beyond the ends the first and last row are repeated.

    Returns:
        [T, D].
    """
    position = position.clamp(0, len(rows) - 1)
    lower = position.floor().to(torch.int64)
    upper = (lower + 1).clamp(max=len(rows) - 1)
    share = (position - lower).to(rows.dtype).unsqueeze(-1)
    return torch.lerp(rows[lower], rows[upper], share)


def windows_of(rows: Tensor, before: int, after: int) -> Tensor:
    """[T, D] to [T, before + 1 + after, D]; the first and last row are repeated at the ends."""
    offset = torch.arange(-before, after + 1)
    index = torch.arange(len(rows)).unsqueeze(-1) + offset
    return rows[index.clamp(0, len(rows) - 1)]


def padded(samples: Tensor, start: Tensor, size: int) -> Tensor:
    """Pieces of ``samples``.

    Args:
        samples: [S]; zero outside.
        start: [...] int64 first sample of every piece, may be negative.
        size: samples per piece.

    Returns:
        [..., size].
    """
    if start.numel() == 0:
        return samples.new_zeros((*start.shape, size))
    left = max(-int(start.min()), 0)
    right = max(int(start.max()) + size - len(samples), 0)
    whole = torch.nn.functional.pad(samples, (left, right))
    return whole[start.unsqueeze(-1) + left + torch.arange(size)]


def window_of(fps: float, span_s: Sequence[float], least: tuple[float, float] = (0, 0)) -> Window:
    """A window in frames.

    Args:
        fps: frames per second.
        span_s: seconds of past, block and future; past and future are rounded up.
        least: frames of past and future that are needed in any case.

    Raises:
        RecipeError: a rate or block that is not above zero, or a negative past or future.
    """
    if len(span_s) != 3 or fps <= 0 or span_s[1] <= 0 or min(span_s[0], span_s[2]) < 0:
        what = f"cannot use span_s={list(span_s)} (past, block, future) at fps={fps}"
        advice = "use three numbers, and a rate and block above zero"
        raise RecipeError(what, where="audio_encoder", do=advice)
    past, block, future = (seconds * fps for seconds in span_s)
    past, future = (math.ceil(max(pair)) for pair in zip((past, future), least, strict=True))
    return Window(block=max(1, round(block)), past=past, future=future)
