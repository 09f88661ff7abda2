import av
import numpy as np
import pytest
from numpy.typing import NDArray

from visemix.core.media.colour_in import yuv420_to_rgb
from visemix.core.media.colour_out import rgb_to_yuv420

BT601, BT709 = (0.299, 0.587, 0.114), (0.2126, 0.7152, 0.0722)


def planes(frame: av.VideoFrame) -> list[NDArray[np.uint8]]:
    return [np.frombuffer(memoryview(p), np.uint8).reshape(-1, p.line_size) for p in frame.planes]


def luma_and_chroma(
    rgb: NDArray[np.float64], weights: tuple[float, float, float]
) -> NDArray[np.float64]:
    """[3, H, W] in 0..1 to Y in 0..1 and Cb, Cr in -0.5..0.5, from the definition."""
    y = np.tensordot(np.array(weights), rgb, 1)
    return np.stack([y, (rgb[2] - y) / (2 - 2 * weights[2]), (rgb[0] - y) / (2 - 2 * weights[0])])


@pytest.mark.parametrize(("width", "height"), [(64, 48), (6, 2), (130, 34)])
def test_encoding_follows_the_definition(width: int, height: int) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (3, height, width), dtype=np.uint8)
    frame = av.VideoFrame(width, height, "yuv420p")
    luma, blue, red = planes(frame)
    rgb_to_yuv420(rgb, luma, blue, red)
    y, cb, cr = luma_and_chroma(rgb / 255, BT709)
    four = (height // 2, 2, width // 2, 2)
    half = (slice(height // 2), slice(width // 2))
    assert np.abs(luma[:height, :width] - (16 + 219 * y)).max() < 0.51
    assert np.abs(blue[half] - (128 + 224 * cb.reshape(four).mean((1, 3)))).max() < 0.51
    assert np.abs(red[half] - (128 + 224 * cr.reshape(four).mean((1, 3)))).max() < 0.51


@pytest.mark.parametrize(("matrix", "weights"), [(1, BT709), (5, BT601), (6, BT601), (2, BT601)])
@pytest.mark.parametrize(
    ("full_range", "pixels"), [(1, "yuv420p"), (2, "yuv420p"), (0, "yuvj420p")]
)
def test_decoding_follows_the_tags(
    matrix: int, weights: tuple[float, float, float], full_range: int, pixels: str
) -> None:
    blocks = np.random.default_rng(0).integers(0, 256, (3, 9, 16)).astype(np.float64)
    rgb = blocks.repeat(2, 1).repeat(2, 2)
    y, cb, cr = luma_and_chroma(rgb / 255, weights)
    full = full_range == 2 or pixels == "yuvj420p"
    zero, gain, swing = (0, 255, 255) if full else (16, 219, 224)
    frame = av.VideoFrame(32, 18, pixels)
    frame.colorspace, frame.color_range = matrix, full_range
    luma, blue, red = planes(frame)
    luma[:, :32] = np.round(zero + gain * y)
    blue[:, :16] = np.clip(np.round(128 + swing * cb[::2, ::2].repeat(1, 0)), 0, 255)
    red[:, :16] = np.clip(np.round(128 + swing * cr[::2, ::2]), 0, 255)
    error = yuv420_to_rgb(frame) - rgb.transpose(1, 2, 0)
    assert np.abs(error).max() <= 3  # rounding of the stored values
    assert np.abs(error.mean((0, 1))).max() < 0.3
