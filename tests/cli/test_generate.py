"""``visemix generate`` where everything is as it should be."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from visemix.core.media.video_out import read_metadata
from visemix.registry.lock import parse_lock

Run = Callable[..., Any]
Make = Callable[..., Path]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def tracked(cache: Path) -> list[tuple[str, int]]:
    """Kept subjects and when their tensors were written."""
    kept = sorted((cache / "subjects").glob("*/tensors.safetensors"))
    return [(path.parent.name, path.stat().st_mtime_ns) for path in kept]


def test_a_video_is_made(quick: Run, tone: Make, face: Path, folder: Path, watch: Run) -> None:
    result = quick(tone(), face)
    assert (result.code, result.out, result.err) == (0, "wrote out.mp4\n", "")
    made = watch(folder / "out.mp4")
    assert made.pictures.shape == (15, 128, 192, 3)
    assert made.sound_s == pytest.approx(0.6, abs=1 / 25)
    assert names(folder) == ["face.mp4", "out.mp4", "speech.wav"]
    top = made.pictures[:, 0].mean((1, 2))
    assert top.min() < 30 < 60 < made.pictures[:, -1].mean()  # the bar of a mouth that opens


def test_a_photo_speaks(quick: Run, tone: Make, photo: Make, watch: Run, folder: Path) -> None:
    assert quick(tone(), photo("a.png", (40, 90))).code == 0
    assert len(watch(folder / "out.mp4").pictures) == 15


def test_the_second_run_does_not_track_again(
    quick: Run, tone: Make, face: Path, site: Any, folder: Path, watch: Run
) -> None:
    quick(tone(), face)
    first = tracked(site.cache)
    assert len(first) == 1
    assert quick(tone(), face, "again.mp4").code == 0
    assert tracked(site.cache) == first
    one, two = watch(folder / "out.mp4"), watch(folder / "again.mp4")
    assert np.array_equal(one.pictures, two.pictures)
    assert quick(tone(), face, "at30.mp4", "--set", "video.fps=30").code == 0
    assert len(tracked(site.cache)) == 2


@pytest.mark.parametrize("fps", [25.0, 29.97, 30.0, 7.0])
@pytest.mark.parametrize("seconds", [0.031, 1.013])
def test_sound_and_picture_end_together(
    fps: float, seconds: float, quick: Run, tone: Make, photo: Make, folder: Path, watch: Run
) -> None:
    audio = tone("a.wav", seconds)
    assert quick(audio, photo("a.png", (40, 90)), "o.mp4", "--set", f"video.fps={fps}").code == 0
    made = watch(folder / "o.mp4")
    assert made.fps == pytest.approx(fps, rel=1e-4)
    assert len(made.pictures) == max(round(seconds * fps), 1)
    assert made.sound_s == pytest.approx(len(made.pictures) / fps, abs=1 / fps)


@pytest.mark.parametrize("rate, seconds", [(8_000, 1 / 8_000), (16_000, 0.01), (44_100, 0.6)])
def test_sound_shorter_than_a_window(
    rate: int, seconds: float, quick: Run, photo: Make, folder: Path, watch: Run
) -> None:
    import soundfile

    soundfile.write(folder / "a.wav", np.full(max(round(seconds * rate), 1), 0.5), rate)
    result = quick(folder / "a.wav", photo("a.png", (40, 90)))
    assert (result.code, result.err) == (0, "")
    assert len(watch(folder / "out.mp4").pictures) == max(1, round(seconds * 25))


@pytest.mark.parametrize(
    "rate, channels, kind", [(8_000, 1, "PCM_U8"), (96_000, 6, "PCM_24"), (44_100, 2, "FLOAT")]
)
def test_sound_of_any_kind(
    rate: int, channels: int, kind: str, quick: Run, photo: Make, folder: Path, watch: Run
) -> None:
    import soundfile

    wave = 0.5 * np.sin(np.arange(rate * 3 // 5) * 2765 / rate)
    soundfile.write(folder / "a.wav", np.stack([wave] * channels, 1), rate, subtype=kind)
    assert quick(folder / "a.wav", photo("a.png", (40, 90))).code == 0
    made = watch(folder / "out.mp4")
    assert len(made.pictures) == 15 and made.sound_s == pytest.approx(0.6, abs=0.04)


@pytest.mark.parametrize("fps, frames", [(1.0, 3), (240.0, 120)])
def test_references_of_any_rate(
    fps: float, frames: int, quick: Run, tone: Make, video: Make, folder: Path, watch: Run
) -> None:
    path = video("slow.mp4", [[(40, 90)]] * frames, fps=fps)
    assert quick(tone(), path).code == 0
    assert len(watch(folder / "out.mp4").pictures) == 15


@pytest.mark.parametrize("ending", [".mkv", ".mov", ".MP4", ".m4v"])
def test_other_containers_carry_the_lock(
    ending: str, quick: Run, tone: Make, photo: Make, folder: Path
) -> None:
    assert quick(tone(), photo("a.png", (40, 90)), f"out{ending}", "--seed", "7").code == 0
    metadata = read_metadata(folder / f"out{ending}")
    assert parse_lock(metadata["visemix_lock"], "out").seed == 7
    assert "Synthetic" in metadata["comment"]


def test_the_seed_decides(quick: Run, tone: Make, face: Path, folder: Path, watch: Run) -> None:
    for name, seed in (("a.mp4", 1), ("b.mp4", 1), ("c.mp4", 2)):
        assert quick(tone(), face, name, "--seed", seed).code == 0
    a, b, c = (watch(folder / f"{name}.mp4").pictures for name in "abc")
    assert np.array_equal(a, b) and not np.array_equal(a, c)


def test_preview(quick: Run, tone: Make, face: Path, folder: Path, watch: Run) -> None:
    audio = tone("long.wav", 3.0)
    result = quick(audio, face, "o.mp4", "--preview")
    assert (result.code, result.out) == (0, "wrote o.mp4\nwrote o.png\n")
    assert len(watch(folder / "o.mp4").pictures) == 25
    sheet = cv2.imread(str(folder / "o.png"))
    assert sheet is not None and sheet.shape == (5 * 128, 5 * 192, 3)
    (folder / "o.mp4").unlink()
    result = quick(audio, face, "o.mp4", "--preview")
    assert result.code == 2 and result.err.startswith("visemix: o.png: it exists already.")
    assert quick(audio, face, "o.mp4", "--preview", "--overwrite").code == 0


def test_the_sheet_of_a_large_picture_is_small(
    quick: Run, tone: Make, photo: Make, folder: Path
) -> None:
    path = photo("a.png", (40, 90), size=(1280, 720))
    assert quick(tone(), path, "o.mp4", "--preview").code == 0
    sheet = cv2.imread(str(folder / "o.png"))
    assert sheet is not None and sheet.shape == (3 * 216, 5 * 384, 3)


def test_json(quick: Run, tone: Make, video: Make) -> None:
    lost = [[(40, 90)]] * 5 + [[]] * 4 + [[(40, 90)]] * 5
    reference = video("a.mp4", lost, sound=False)
    result = quick(tone(), reference, "o.mp4", "--json")
    notes = [
        "a.mp4: it has no sound: this person's way of speaking cannot be learned",
        "a.mp4: the face was lost in 4 of 14 frames; they hold the last one seen",
    ]
    assert result.data == {"written": ["o.mp4"], "notes": notes}
    assert result.err == "".join(f"note: {note}\n" for note in notes)
    again = quick(tone(), reference, "p.mp4", "--json")
    assert again.data["notes"] == notes  # of a subject that was kept, too


def test_several_faces(quick: Run, tone: Make, photo: Make, site: Any, folder: Path) -> None:
    pair = photo("pair.png", (4, 82), (100, 90))
    assert quick(tone(), pair, "0.mp4", "--face", 0).code == 0
    assert quick(tone(), pair, "1.mp4", "--face", 1).code == 0
    assert quick(tone(), pair, "largest.mp4").code == 0
    assert len(tracked(site.cache)) == 3
    result = quick(tone(), pair, "2.mp4", "--face", 2)
    message = f"visemix: {pair}: there is no face 2: 2 seen. Use a lower --face.\n"
    assert (result.code, result.err) == (2, message)


def test_a_cache_that_cannot_be_written(
    quick: Run, tone: Make, photo: Make, site: Any, folder: Path
) -> None:
    (site.cache / "subjects").write_text("in the way")
    result = quick(tone(), photo("a.png", (40, 90)))
    assert result.code == 0
    assert "is not kept for the next run (set VISEMIX_CACHE" in result.err
    assert result.err.count("\n") == 1


@pytest.mark.parametrize("file", ["subject.json", "tensors.safetensors", "frames.pack"])
def test_a_damaged_copy_is_made_again(
    file: str, quick: Run, tone: Make, face: Path, site: Any
) -> None:
    quick(tone(), face)
    (kept,) = (site.cache / "subjects").glob(f"*/{file}")
    kept.write_bytes(kept.read_bytes()[:100])
    assert quick(tone(), face, "b.mp4").code == 0
    assert kept.stat().st_size > 100


def test_a_damaged_picture_is_told_and_made_again(
    quick: Run, tone: Make, face: Path, site: Any, folder: Path
) -> None:
    quick(tone(), face)
    (kept,) = (site.cache / "subjects").glob("*/frames.pack")
    data = bytearray(kept.read_bytes())
    data[400] ^= 255
    kept.write_bytes(data)
    result = quick(tone(), face, "b.mp4")
    assert result.code == 2 and "frame 0 is damaged. Run the command again" in result.err
    assert not (folder / "b.mp4").exists()
    assert quick(tone(), face, "b.mp4").code == 0


def test_only_the_latest_subjects_are_kept(
    quick: Run, tone: Make, photo: Make, site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("visemix.registry.subject_cache.KEPT", 2)
    for index in range(4):
        assert quick(tone(), photo(f"{index}.png", (30 + index, 90)), f"{index}.mp4").code == 0
    assert len(tracked(site.cache)) == 2
    before = tracked(site.cache)
    assert quick(tone(), photo("3.png", (33, 90)), "again.mp4").code == 0
    assert tracked(site.cache) == before


def test_names_that_are_no_text(quick: Run, tone: Make, photo: Make, folder: Path) -> None:
    audio = tone().rename(folder / "caf\udce9.wav")  # a byte of Latin-1
    reference = photo("a.png", (40, 90)).rename(folder / "gr\udcfc\udcdf.png")
    result = quick(audio, reference)
    assert (result.code, result.err) == (0, "")
    lock = parse_lock(read_metadata(folder / "out.mp4")["visemix_lock"], "out")
    assert lock.inputs["audio"].path.endswith("caf\\xe9.wav")
