from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from visemix.core.errors import FaceError, MediaError, OutputError
from visemix.core.interfaces import FaceModel, FaceTracker, Renderer
from visemix.core.media.video_out import VideoWriter
from visemix.core.prepare import PrepareOptions, prepare
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.audio import Audio
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.rendering import Crop
from visemix.core.values.subject import FaceFit, Picture, ReferenceFrames, Subject
from visemix.core.values.track import Track


class BrightTracker(FaceTracker):
    """Takes every bright picture for a face of 100 px."""

    def __init__(self) -> None:
        self.calls = 0

    def track(self, pictures: Iterable[Picture], fps: float, face: int | None = None) -> Track:
        self.calls += 1
        found = torch.tensor([bool(picture.mean() > 20) for picture in pictures])
        if not found.any():
            raise FaceError("no face was found", do="show one")
        count = len(found)
        points = torch.rand(478, 3, generator=torch.Generator().manual_seed(0)) * 100
        return Track(
            landmarks=points.expand(count, -1, -1).clone(),
            found=found,
            blink=torch.zeros(count),
            action_units=torch.zeros(count, 5),
            crop=Crop.full(48, 64),
            fps=fps,
        )


class StillModel(FaceModel):
    def fit(
        self,
        track: Track,
        pictures: ReferenceFrames | None = None,
        renderer: Renderer | None = None,
    ) -> FaceFit:
        count = len(track.found)
        pose = HeadPose(torch.zeros(count, 3), torch.zeros(count, 3), PoseConvention.ROTVEC_PX)
        attributes = FaceAttributes(
            track.fps, expression=torch.zeros(count, 2), basis="still", pose=pose
        )
        return FaceFit("still", torch.zeros(4, 3), attributes)

    def geometry(self, attributes: FaceAttributes, subject: Subject) -> FaceGeometry:
        raise AssertionError


MakeVideo = Callable[..., Path]


@pytest.fixture
def video(tmp_path: Path) -> MakeVideo:
    def make(grey: Sequence[int], fps: float = 25.0, peak: float = 0.3) -> Path:
        path = tmp_path / "clip.mp4"
        sound = torch.sin(torch.arange(round(len(grey) / fps * 48_000)) * 0.06) * peak
        with VideoWriter(path, (64, 48), fps, 48_000) as writer:
            for level in grey:
                writer.write(torch.full((1, 3, 48, 64), level, dtype=torch.uint8))
            writer.write_audio(Audio(sound, 48_000))
        return path

    return make


def made(path: Path, options: PrepareOptions | None = None) -> Subject:
    return prepare(path, BrightTracker(), StillModel(), options or PrepareOptions())


def test_a_video(video: MakeVideo) -> None:
    subject = made(video([100 + 4 * t for t in range(20)]))
    assert (subject.name, subject.photo, subject.folder) == ("clip", False, None)
    assert len(subject.frames) == len(subject.track.found) == 20
    assert (subject.frames.height, subject.frames.width) == (48, 64)
    for t in (0, 7, 19):
        assert abs(float(subject.frames[t].mean()) - (100 + 4 * t)) < 4
    assert subject.audio is not None
    assert (subject.audio.rate, len(subject.audio.samples)) == (16_000, 12_800)
    assert subject.notes == ()


def test_the_frame_rate_is_that_of_the_options(video: MakeVideo) -> None:
    subject = made(video([100] * 30, fps=30.0), PrepareOptions(fps=12.5))
    assert subject.fps == 12.5 and 12 <= len(subject.frames) <= 13


def test_lost_frames_are_marked_and_told(video: MakeVideo) -> None:
    subject = made(video([100] * 6 + [0] * 4 + [100] * 6))
    assert subject.track.found.tolist() == [True] * 6 + [False] * 4 + [True] * 6
    assert subject.notes == ("the face was lost in 4 of 16 frames; they hold the last one seen",)


def test_a_long_video_is_capped(video: MakeVideo) -> None:
    subject = made(video([100] * 50), PrepareOptions(max_seconds=1.0))
    assert len(subject.frames) == 25 and subject.audio is not None
    assert subject.audio.duration_s == 1.0
    assert subject.notes == ("only the first 1 s of 2.0 s were used",)


def test_a_silent_video(video: MakeVideo) -> None:
    subject = made(video([100] * 20, peak=0.0))
    assert subject.audio is None
    assert "silent" in subject.notes[0]


def test_a_photo(tmp_path: Path) -> None:
    path = tmp_path / "face.png"
    cv2.imwrite(str(path), np.full((48, 64, 3), (200, 120, 40), np.uint8))
    subject = made(path)
    assert subject.photo and subject.audio is None and subject.fps == 25.0
    assert np.abs(subject.frames[0].astype(int) - (40, 120, 200)).max() <= 2


def test_the_folder_is_used_again(video: MakeVideo, tmp_path: Path) -> None:
    path, folder = video([100] * 10), tmp_path / "subjects" / "clip"
    first = made(path, PrepareOptions(folder=folder))
    assert first.folder == folder
    tracker = BrightTracker()
    options = PrepareOptions(folder=folder)
    again = prepare(path, tracker, StillModel(), options)
    assert tracker.calls == 0 and again.digest == first.digest
    assert [p.name for p in folder.parent.iterdir()] == ["clip"]


def test_a_folder_with_another_subject(video: MakeVideo, tmp_path: Path) -> None:
    path, folder = video([100] * 10), tmp_path / "subject"
    first = made(path, PrepareOptions(folder=folder))
    with pytest.raises(OutputError, match="in another way"):
        made(path, PrepareOptions(folder=folder, fps=30.0))
    with pytest.raises(OutputError, match="in another way"):
        made(path, PrepareOptions(folder=folder, key="other parts"))
    second = made(path, PrepareOptions(folder=folder, fps=30.0, overwrite=True))
    assert second.fps == 30.0 and second.digest != first.digest


def test_no_face_names_the_file_and_leaves_nothing(video: MakeVideo, tmp_path: Path) -> None:
    path = video([0] * 10)
    with pytest.raises(FaceError) as caught:
        made(path, PrepareOptions(folder=tmp_path / "subject"))
    assert str(caught.value) == f"{path}: no face was found. Show one."
    assert [p.name for p in tmp_path.iterdir()] == ["clip.mp4"]


def test_an_interrupt_leaves_nothing(video: MakeVideo, tmp_path: Path) -> None:
    class Interrupted(BrightTracker):
        def track(self, pictures: Iterable[Picture], fps: float, face: int | None = None) -> Track:
            next(iter(pictures))
            raise KeyboardInterrupt

    options = PrepareOptions(folder=tmp_path / "subject")
    with pytest.raises(KeyboardInterrupt):
        prepare(video([100] * 200), Interrupted(), StillModel(), options)
    assert [p.name for p in tmp_path.iterdir()] == ["clip.mp4"]


def test_what_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "text.mp4"
    path.write_text("this is no video")
    with pytest.raises(MediaError) as caught:
        made(path)
    assert str(path) in str(caught.value)
    with pytest.raises(MediaError):
        made(tmp_path / "missing.mp4")


def test_progress_is_told(video: MakeVideo) -> None:
    told: list[object] = []

    class Listener:
        def begin(self, task: str, total: int | None) -> None:
            told.append((task, total))

        def advance(self, task: str, steps: int) -> None:
            told.append(steps)

        def end(self, task: str) -> None:
            told.append("end")

        def note(self, message: str) -> None:
            told.append(message)

    made(video([100] * 8 + [0] * 2), PrepareOptions(progress=Listener()))
    assert told[0] == ("looking at clip.mp4", 10)
    assert told[1:12] == [1] * 10 + ["end"]
    assert told[12] == "clip.mp4: the face was lost in 2 of 10 frames; they hold the last one seen"
