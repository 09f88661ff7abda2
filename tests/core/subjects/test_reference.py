from pathlib import Path

import numpy as np
import torch

from visemix.core.media.video_out import VideoWriter
from visemix.core.subjects.reference import Reference
from visemix.core.values.audio import Audio


def video(path: Path, frames: int, sound_s: float | None) -> Path:
    with VideoWriter(path, (64, 48), 25.0, None if sound_s is None else 48_000) as writer:
        for level in range(frames):
            writer.write(np.full((48, 64, 3), 5 * level, np.uint8))
        if sound_s is not None:
            tone = 0.3 * torch.sin(torch.arange(round(sound_s * 48_000)) * 0.06)
            writer.write_audio(Audio(tone, 48_000))
    return path


def test_frames_in_order(tmp_path: Path) -> None:
    reference = Reference.open(video(tmp_path / "a.mp4", 30, None), 25.0, 60.0)
    levels = [float(picture.mean()) for picture in reference.pictures()]
    assert reference.expected == len(levels) == 30
    assert np.abs(np.diff(levels) - 5).max() < 3
    assert reference.notes == []


def test_no_sound(tmp_path: Path) -> None:
    reference = Reference.open(video(tmp_path / "a.mp4", 30, None), 25.0, 60.0)
    assert reference.sound(30) is None
    assert reference.notes[0].startswith("it has no sound")


def test_the_sound_is_as_long_as_the_frames(tmp_path: Path) -> None:
    reference = Reference.open(video(tmp_path / "a.mp4", 50, 2.0), 25.0, 60.0)
    for frames in (10, 50, 60):
        sound = reference.sound(frames)
        assert sound is not None and len(sound.samples) == frames * 640
    assert reference.notes == []


def test_a_video_that_is_left_early_can_be_read_again(tmp_path: Path) -> None:
    reference = Reference.open(video(tmp_path / "a.mp4", 30, None), 25.0, 60.0)
    pictures = reference.pictures()
    next(pictures)
    pictures.close()
    assert len(list(reference.pictures())) == 30


def test_the_limit(tmp_path: Path) -> None:
    reference = Reference.open(video(tmp_path / "a.mp4", 30, None), 25.0, 0.4)
    assert reference.expected == len(list(reference.pictures())) == 10
    assert reference.notes == ["only the first 0.4 s of 1.2 s were used"]


def test_exactly_the_limit_needs_no_note(tmp_path: Path) -> None:
    reference = Reference.open(video(tmp_path / "a.mp4", 30, None), 25.0, 1.2)
    assert len(list(reference.pictures())) == 30 and reference.notes == []
