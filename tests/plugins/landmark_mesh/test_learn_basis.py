"""The maker of the basis, on tracks with a known motion."""

from pathlib import Path

import numpy as np
import pytest
import torch

from visemix.core.errors import DatasetError
from visemix.core.tracked_face.expression import expression_basis
from visemix.core.values.subject import Subject
from visemix.plugins.landmark_mesh import learn_basis


def write(path: Path, landmarks: torch.Tensor) -> Path:
    found = np.ones(len(landmarks), bool)
    np.savez(path, landmarks=landmarks.numpy(), found=found, width=600, height=600)
    return path


def test_the_motion_that_was_put_in_is_learned(
    subject: Subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three components moved, so three of the learned ones and their mirror images explain all."""
    half = len(subject.track.landmarks) // 2
    tracks = [
        write(tmp_path / "ann-1.npz", subject.track.landmarks[:half]),
        write(tmp_path / "ann-2.npz", subject.track.landmarks[half:]),
    ]
    out = tmp_path / "basis.npz"
    monkeypatch.setattr("sys.argv", ["learn_basis", *map(str, tracks), "-o", str(out)])
    learn_basis.main()
    stored = np.load(out)
    assert "GRID" in str(stored["notice"])
    spread = stored["spread"]
    assert spread[0] == 1
    # What the pose of the calm shape does to the rest is small.
    assert spread[6:62].max() < 0.1
    learned = torch.from_numpy(stored["components"][:8]).float()
    metric = torch.from_numpy(stored["metric"]).float()
    span = torch.linalg.qr((learned * metric).flatten(1).T)[0]
    wanted = (expression_basis().components[:3] * metric).flatten(1)
    kept = (wanted @ span).norm(dim=1) / wanted.norm(dim=1)
    assert float(kept.min()) > 0.95


def test_clips_of_one_person_are_read_as_one(subject: Subject, tmp_path: Path) -> None:
    landmarks = subject.track.landmarks
    paths = [write(tmp_path / n, landmarks[:30]) for n in ("ann-1.npz", "ann-2.npz", "bob.npz")]
    people = learn_basis.read_people(paths)
    assert [len(person.points) for person in people] == [60, 30]


def test_people_who_never_blink_cannot_teach_blinks(subject: Subject, tmp_path: Path) -> None:
    path = write(tmp_path / "ann.npz", subject.track.landmarks[:15])
    with pytest.raises(DatasetError, match="nobody blinks"):
        learn_basis.learn(learn_basis.read_people([path]))


def test_too_few_frames_are_refused(subject: Subject, tmp_path: Path) -> None:
    path = write(tmp_path / "ann.npz", subject.track.landmarks[10:35])
    with pytest.raises(DatasetError, match="25 frames are too few"):
        learn_basis.learn(learn_basis.read_people([path]))


def test_a_track_without_a_face_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "empty.npz", torch.zeros(0, 478, 3))
    with pytest.raises(DatasetError, match=r"empty\.npz"):
        learn_basis.read_people([path])
