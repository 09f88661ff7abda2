from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from visemix.core.errors import MediaError
from visemix.core.media.video_in import VideoReader, probe, read_photo

Make = Callable[..., Path]
Rgb = NDArray[np.uint8]


def constant(count: int, fps: float) -> list[float]:
    return [i / fps for i in range(count)]


def indices(path: Path, fps: float | None = None) -> list[int]:
    """Which frame of the file each frame read is, told by its grey."""
    greys = [30 + 13 * i % 200 for i in range(200)]
    with VideoReader(path, fps) as video:
        found: list[int] = []
        for _, rgb in video:
            grey = float(np.median(rgb[-8:]))
            near = found[-1] if found else 0
            nearest = [i for i in range(near, near + 15) if abs(greys[i] - grey) < 5]
            found.append(nearest[0])
    return found


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [
        ("a.mp4", "libx264", "yuv420p"),
        ("a.mp4", "libx265", "yuv420p10le"),
        ("a.mkv", "ffv1", "gray"),
        ("a.mkv", "ffv1", "gray10le"),
        ("a.mov", "prores_ks", "yuv422p10le"),
        ("a.avi", "mpeg4", "yuv420p"),
        ("a.mpg", "mpeg1video", "yuv420p"),
        ("a.webm", "libvpx-vp9", "yuva420p"),
        ("a.mkv", "ffv1", "bgra"),
    ],
)
def test_any_video(make_video: Make, name: str, codec: str, pixels: str) -> None:
    path = make_video(name, constant(10, 25), codec=codec, pixels=pixels)
    assert indices(path) == list(range(10))
    info = probe(path)
    assert (info.width, info.height, info.fps, info.is_photo) == (64, 48, 25.0, False)
    assert info.frame_count == pytest.approx(10, abs=1) or name.endswith("mpg")  # no index
    with VideoReader(path) as video:
        time_s, rgb = next(iter(video))
    assert time_s == 0.0
    assert rgb.shape == (48, 64, 3)
    assert rgb.dtype == np.uint8
    assert rgb[4:20, 4:28].min() > 245  # the white quarter is where it was drawn


@pytest.mark.parametrize("fps", [1, 240, Fraction(30000, 1001)])
def test_any_rate(make_video: Make, fps: int | Fraction) -> None:
    path = make_video("a.mp4", constant(12, float(fps)), rate=fps)
    assert indices(path) == list(range(12))
    assert probe(path).fps == pytest.approx(float(fps), rel=1e-3)
    assert probe(path).duration_s == pytest.approx(12 / fps, rel=1e-3)


def test_another_rate_keeps_time(make_video: Make) -> None:
    path = make_video("a.mp4", constant(60, 60), rate=60)
    assert indices(path, 20.0) == list(range(0, 60, 3))
    with VideoReader(path, 90.0) as video:
        times = [time_s for time_s, _ in video]
    assert times == pytest.approx(constant(90, 90))


def test_a_variable_rate_is_bridged(make_video: Make) -> None:
    times = [0.0, 0.04, 0.08, 0.5, 0.56, 1.0, 1.04]
    path = make_video("a.mp4", times)
    assert probe(path).vfr
    found = indices(path, 25.0)
    assert found[:3] == [0, 1, 2]
    assert found[11:14] == [2, 3, 3]
    assert found[25:] == [5, 6]


def test_a_late_picture_is_shown_from_the_start(make_video: Make) -> None:
    sound = np.full(96000, 0.1, np.float32)
    path = make_video("a.mkv", [0.4 + t for t in constant(25, 25)], sound=sound)
    assert indices(path) == [0] * 10 + list(range(25))


@pytest.mark.parametrize(
    ("degrees", "mirrored", "corner", "size"),
    [
        (0, False, (0, 0), (64, 48)),
        (90, False, (1, 0), (48, 64)),
        (180, False, (1, 1), (64, 48)),
        (270, False, (0, 1), (48, 64)),
        (0, True, (0, 1), (64, 48)),
    ],
)
def test_rotation_is_applied(
    make_video: Make,
    degrees: int,
    mirrored: bool,
    corner: tuple[int, int],
    size: tuple[int, int],
) -> None:
    path = make_video("a.mp4", constant(3, 25), degrees=degrees, mirrored=mirrored)
    info = probe(path)
    assert (info.width, info.height) == size
    assert info.rotation == -degrees % 360
    with VideoReader(path) as video:
        rgb = next(iter(video))[1]
    assert rgb.shape == (size[1], size[0], 3)
    quarters = rgb.reshape(2, size[1] // 2, 2, size[0] // 2, 3).mean((1, 3, 4))
    assert divmod(int(quarters.argmax()), 2) == corner


def test_an_odd_size(make_video: Make) -> None:
    path = make_video("a.mkv", constant(3, 25), size=(63, 47), codec="ffv1", pixels="yuv420p")
    assert indices(path) == [0, 1, 2]
    assert (probe(path).width, probe(path).height) == (63, 47)


@pytest.mark.parametrize(("codec", "lost"), [("libx264", 3), ("libx265", 20)])
def test_damage_is_skipped_and_counted(make_video: Make, codec: str, lost: int) -> None:
    """H.265 finds nothing to build on after a lost frame until the next key frame."""
    path = make_video("a.mp4", constant(40, 25), codec=codec, size=(256, 256))
    with av.open(str(path)) as container:
        packets = [(p.pos, p.size) for p in container.demux(video=0) if p.pos]
    data = bytearray(path.read_bytes())
    for broken in (20, 21, 30):
        start, size = packets[broken]
        assert start is not None
        data[start : start + size] = bytes(size)
    path.write_bytes(data)
    with VideoReader(path) as video:
        assert len(list(video)) == 40
        assert video.damaged == lost


def test_reading_again_and_stopping_early(make_video: Make) -> None:
    with VideoReader(make_video("a.mp4", constant(30, 25))) as video:
        first = next(iter(video))[1]
        assert sum(1 for _ in video) == 30
        np.testing.assert_array_equal(next(iter(video))[1], first)


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_cut_short(make_video: Make, keep: float) -> None:
    path = make_video("a.mp4", constant(30, 25))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(MediaError, match="cut short"):
        VideoReader(path)


def test_sound_is_no_picture_and_a_photo_no_video(make_sound: Make, tmp_path: Path) -> None:
    sound = make_sound("a.wav", np.full(800, 0.1, np.float32), 8000)
    with pytest.raises(MediaError, match="no picture"):
        probe(sound)
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(MediaError, match="it is a photo"):
        VideoReader(tmp_path / "a.png")


def test_a_video_is_no_photo(make_video: Make) -> None:
    with pytest.raises(MediaError, match="it is a video"):
        read_photo(make_video("a.mp4", constant(3, 25)))


@pytest.mark.parametrize("ending", [".png", ".jpg", ".webp", ".bmp", ".tiff"])
def test_a_photo_cut_short(tmp_path: Path, ending: str) -> None:
    picture = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    data = cv2.imencode(ending, picture)[1].tobytes()
    (tmp_path / "photo").write_bytes(data[: len(data) // 2])
    with pytest.raises(MediaError, match=r"cut short|can be decoded") as caught:
        read_photo(tmp_path / "photo")
    assert caught.value.do


def test_random_bytes_are_no_picture(tmp_path: Path) -> None:
    random = np.random.default_rng(6)
    for size in random.integers(1, 50000, 60):
        (tmp_path / "a.mp4").write_bytes(random.bytes(int(size)))
        with pytest.raises(MediaError):
            probe(tmp_path / "a.mp4")


def half_red(height: int, width: int) -> Rgb:
    """BGR as OpenCV writes it: left half red, right half blue."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, : width // 2, 2] = picture[:, width // 2 :, 0] = 255
    return picture


@pytest.mark.parametrize("ending", [".png", ".jpg", ".bmp", ".webp", ".tiff"])
def test_any_photo_under_any_name(tmp_path: Path, ending: str) -> None:
    data = cv2.imencode(ending, half_red(40, 60))[1].tobytes()
    path = tmp_path / "photo.mp4"
    path.write_bytes(data)
    info = probe(path)
    assert (info.is_photo, info.width, info.height, info.fps) == (True, 60, 40, 0.0)
    rgb = read_photo(path).astype(int)
    assert rgb.shape == (40, 60, 3)
    assert np.abs(rgb[20, 10] - [255, 0, 0]).max() < 12
    assert np.abs(rgb[20, 50] - [0, 0, 255]).max() < 12


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (np.full((4, 6), 100, np.uint8), 100),
        (np.full((4, 6), 100 * 257, np.uint16), 100),
        (np.full((4, 6, 3), 100 * 257, np.uint16), 100),
        (np.full((4, 6, 4), (100, 100, 100, 255), np.uint8), 100),
        (np.full((4, 6, 4), (100, 100, 100, 0), np.uint8), 255),
        (np.full((4, 6, 4), (100, 100, 100, 51), np.uint8), 224),
        (np.full((1, 1, 3), 100, np.uint8), 100),
    ],
)
def test_depth_grey_alpha_and_one_pixel(
    tmp_path: Path, stored: NDArray[np.uint8], expected: int
) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), stored)
    rgb = read_photo(tmp_path / "a.png")
    assert rgb.shape == (*stored.shape[:2], 3)
    assert np.abs(rgb.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(tmp_path: Path, orientation: int) -> None:
    upright = np.zeros((40, 60), np.uint8)
    upright[:20, :30] = 255
    undo: dict[int, Callable[[Rgb], Rgb]] = {
        1: lambda x: x,
        2: lambda x: x[:, ::-1],
        3: lambda x: x[::-1, ::-1],
        4: lambda x: x[::-1],
        5: lambda x: x.T,
        6: lambda x: np.rot90(x, 1),
        7: lambda x: x[::-1, ::-1].T,
        8: lambda x: np.rot90(x, -1),
    }
    stored = np.ascontiguousarray(undo[orientation](upright))
    jpeg = cv2.imencode(".jpg", stored)[1].tobytes()
    tag = b"\x01\x12\0\x03\0\0\0\x01\0" + bytes([orientation]) + b"\0\0\0\0\0\0"
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + tag
    block = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    (tmp_path / "a.jpg").write_bytes(jpeg[:2] + block + jpeg[2:])
    rgb = read_photo(tmp_path / "a.jpg")
    assert rgb.shape == (40, 60, 3)
    assert np.abs(rgb[..., 0].astype(int) - upright).mean() < 3
    info = probe(tmp_path / "a.jpg")
    assert (info.width, info.height) == (60, 40)


def test_a_large_photo_is_scaled_down(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), half_red(4320, 7680), [cv2.IMWRITE_PNG_COMPRESSION, 1])
    rgb = read_photo(tmp_path / "a.png", max_side=1920)
    assert rgb.shape == (1080, 1920, 3)
    assert tuple(rgb[500, 100]) == (255, 0, 0)
    assert tuple(rgb[500, 1800]) == (0, 0, 255)
    small = read_photo(tmp_path / "a.png", max_side=10**6)
    assert small.shape == (4320, 7680, 3)
