import gc
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from visemix.core.errors import SubjectError
from visemix.core.subjects.frame_pack import FramePack
from visemix.core.subjects.pack_writer import PackWriter
from visemix.core.values.subject import Picture


def pictures(count: int, size: tuple[int, int] = (24, 32)) -> list[Picture]:
    """Smooth colour ramps, each of another brightness."""
    y, x = np.mgrid[: size[0], : size[1]]
    ramp = np.stack([y * 4, x * 4, y + x], -1)
    return [np.clip(ramp + 5 * i, 0, 255).astype(np.uint8) for i in range(count)]


@pytest.fixture
def pack_file(tmp_path: Path) -> Path:
    path = tmp_path / "frames.pack"
    with path.open("wb") as file, PackWriter(file) as writer:
        for picture in pictures(12):
            writer.add(picture)
    return path


def test_every_frame_comes_back(pack_file: Path) -> None:
    pack = FramePack.open(pack_file)
    assert (len(pack), pack.height, pack.width) == (12, 24, 32)
    for found, put in zip(pack, pictures(12), strict=True):
        assert np.abs(found.astype(int) - put).mean() < 1.0
        assert not found.flags.writeable
    assert np.array_equal(pack[-1], pack[11])
    with pytest.raises(IndexError):
        pack[12]


def test_the_cache_is_bounded(pack_file: Path) -> None:
    pack = FramePack.open(pack_file, cache_bytes=3 * 24 * 32 * 3)
    first = pack[0]
    assert pack[0] is first
    for i in range(1, 4):
        pack[i]
    assert pack[0] is not first  # the oldest had to go
    assert pack[3] is pack[3]
    assert FramePack.open(pack_file, cache_bytes=0)[5].shape == (24, 32, 3)


def test_threads_share_it(pack_file: Path) -> None:
    pack = FramePack.open(pack_file, cache_bytes=2 * 24 * 32 * 3)
    alone = [pack[i].copy() for i in range(12)]
    order = [i % 12 for i in range(0, 600, 7)]
    with ThreadPoolExecutor(4) as pool:
        for i, found in zip(order, pool.map(pack.__getitem__, order), strict=True):
            assert np.array_equal(found, alone[i])


def test_a_temporary_pack_goes_away_with_its_owner() -> None:
    with tempfile.TemporaryFile() as file:
        with PackWriter(file) as writer:
            writer.add(pictures(1)[0])
        pack = FramePack(file, "memory")
    assert pack[0].shape == (24, 32, 3)  # the file object is closed
    descriptor = pack._fd
    os.fstat(descriptor)
    del pack
    gc.collect()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_a_copy_is_the_same(pack_file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.pack"
    with copy.open("wb") as file:
        FramePack.open(pack_file).copy_to(file)
    assert copy.read_bytes() == pack_file.read_bytes()


@pytest.mark.parametrize("keep", [0, 3, 20, 500, -1, -24])
def test_cut_short(pack_file: Path, keep: int) -> None:
    pack_file.write_bytes(pack_file.read_bytes()[:keep])
    with pytest.raises(SubjectError, match=r"cut short|damaged") as caught:
        FramePack.open(pack_file)
    assert str(pack_file) in str(caught.value) and caught.value.do


def test_random_bytes(pack_file: Path) -> None:
    pack_file.write_bytes(np.random.default_rng(0).bytes(5000))
    with pytest.raises(SubjectError, match="no pack of frames"):
        FramePack.open(pack_file)


def test_a_damaged_picture_is_named(pack_file: Path) -> None:
    data = bytearray(pack_file.read_bytes())
    data[40] ^= 0xFF  # inside the first JPEG
    pack_file.write_bytes(data)
    pack = FramePack.open(pack_file)
    assert pack[1].shape == (24, 32, 3)
    with pytest.raises(SubjectError, match="frame 0 is damaged"):
        pack[0]


def test_a_damaged_index(pack_file: Path) -> None:
    data = bytearray(pack_file.read_bytes())
    data[-40] ^= 0xFF
    pack_file.write_bytes(data)
    with pytest.raises(SubjectError, match="index is damaged"):
        FramePack.open(pack_file)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SubjectError, match="cannot be read"):
        FramePack.open(tmp_path / "frames.pack")
