from pathlib import Path

import cv2
import numpy as np
import pytest

from visemix.core.errors import InvalidValue, SubjectError
from visemix.core.subjects.frame_pack import FramePack
from visemix.core.subjects.pack_writer import PackWriter, jpeg
from visemix.core.values.subject import Picture


def noise(seed: int) -> Picture:
    return np.random.default_rng(seed).integers(0, 255, (40, 40, 3), dtype=np.uint8)


def test_the_order_does_not_depend_on_the_threads(tmp_path: Path) -> None:
    for threads in (1, 4):
        with (tmp_path / str(threads)).open("wb") as file, PackWriter(file, threads) as writer:
            for seed in range(40):
                writer.add(noise(seed))
    assert (tmp_path / "1").read_bytes() == (tmp_path / "4").read_bytes()


def test_a_repeated_frame_is_stored_once(tmp_path: Path) -> None:
    path = tmp_path / "pack"
    first, second = noise(0), noise(1)
    with path.open("wb") as file, PackWriter(file) as writer:
        for picture in (first, first, first, second, first):
            writer.add(picture)
    pack = FramePack.open(path)
    assert len(pack) == 5 and pack[0] is pack[2]
    assert np.array_equal(pack[0], pack[4]) and not np.array_equal(pack[0], pack[3])
    assert path.stat().st_size < 3 * len(jpeg(first)) + 500


def test_after_an_error_there_is_no_whole_pack(tmp_path: Path) -> None:
    path = tmp_path / "pack"
    with pytest.raises(KeyError), path.open("wb") as file, PackWriter(file) as writer:
        writer.add(noise(0))
        raise KeyError
    with pytest.raises(SubjectError):
        FramePack.open(path)


def test_colour_is_kept_in_full() -> None:
    """With halved chroma, one-pixel stripes of red and green would turn grey."""
    stripes = np.zeros((32, 32, 3), np.uint8)
    stripes[:, ::2, 0] = stripes[:, 1::2, 1] = 200
    back = cv2.imdecode(np.frombuffer(jpeg(stripes), np.uint8), cv2.IMREAD_COLOR)
    assert back is not None
    assert np.abs(back[..., ::-1].astype(int) - stripes).mean() < 12


def test_sizes_must_agree(tmp_path: Path) -> None:
    with (
        pytest.raises(InvalidValue, match="expected frames of"),
        (tmp_path / "pack").open("wb") as file,
        PackWriter(file) as writer,
    ):
        writer.add(noise(0))
        writer.add(noise(1)[:20])


def test_no_frames(tmp_path: Path) -> None:
    with (
        pytest.raises(InvalidValue, match="at least one frame"),
        (tmp_path / "pack").open("wb") as file,
        PackWriter(file),
    ):
        pass


def test_too_large_for_jpeg() -> None:
    with pytest.raises(InvalidValue, match="too large"):
        jpeg(np.zeros((1, 70_000, 3), np.uint8))
