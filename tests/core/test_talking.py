"""Pipeline: what is streamed is what is made from the file, and a clip ends with its sound."""

from collections.abc import Iterator
from pathlib import Path

import attrs
import cv2
import numpy as np
import pytest
import soundfile
import torch
from numpy.typing import NDArray

import visemix
from visemix.core.errors import InvalidValue, MediaError, OutputError, SubjectError
from visemix.core.interfaces import Refiner
from visemix.core.media.audio_in import read_audio
from visemix.core.media.video_in import VideoReader
from visemix.core.talking import Pipeline
from visemix.core.values.audio import Audio
from visemix.core.values.frames import Frames
from visemix.core.values.rendering import Shot
from visemix.core.values.subject import Subject
from visemix.core.windows import Step
from visemix.registry import api

DEMO = Path(api.__file__).parent / "demo"
SECONDS = 1.5


def read(path: Path) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path))
    assert picture is not None
    return np.asarray(picture, np.uint8)


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return visemix.load("default")


@pytest.fixture(scope="module")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped portrait, half as large."""
    picture = read(DEMO / "astronaut.jpg")
    path = tmp_path_factory.mktemp("portrait") / "face.png"
    cv2.imwrite(str(path), cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    return path


@pytest.fixture(scope="module")
def subject(pipeline: Pipeline, portrait: Path) -> Subject:
    return pipeline.prepare(portrait)


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The beginning of the shipped sentence."""
    path = tmp_path_factory.mktemp("speech") / "speech.wav"
    audio = read_audio(DEMO / "speech.wav")
    count = round(SECONDS * audio.rate)
    soundfile.write(path, audio.samples[audio.rate // 2 :][:count].numpy(), audio.rate)
    return path


def chunks(audio: Audio, seed: int) -> Iterator[Audio]:
    """The sound in pieces of 1 to 12,000 samples."""
    random = np.random.default_rng(seed)
    start = 0
    while start < len(audio.samples):
        stop = start + int(np.exp(random.uniform(0, np.log(12_000))))
        yield Audio(audio.samples[start:stop], audio.rate)
        start = stop


def made(pipeline: Pipeline, speech: Path, subject: Subject, seed: int = 3) -> torch.Tensor:
    clip = pipeline.generate(speech, subject, seed=seed)
    return torch.cat([frames.rgb for frames in clip.frames()])


@pytest.mark.parametrize("seed", [0, 1])
def test_a_stream_gives_the_frames_of_the_file(
    seed: int, pipeline: Pipeline, speech: Path, subject: Subject
) -> None:
    pieces = chunks(read_audio(speech), seed)
    streamed = [frames.rgb for frames in pipeline.stream(pieces, subject, seed=3)]
    whole = made(pipeline, speech, subject)
    assert torch.equal(torch.cat(streamed), whole)
    assert len(whole) == round(SECONDS * 25)
    assert len(streamed) > 1


def test_frames_come_before_the_sound_has_ended(pipeline: Pipeline, subject: Subject) -> None:
    heard = 0.0

    def listening() -> Iterator[Audio]:
        nonlocal heard
        audio = read_audio(DEMO / "speech.wav", 16_000)
        for start in range(0, len(audio.samples), 1600):
            heard += 0.1
            yield Audio(audio.samples[start : start + 1600], 16_000)

    first = next(pipeline.stream(listening(), subject))
    total = read_audio(DEMO / "speech.wav").duration_s
    assert len(first.rgb) > 0
    assert heard < total - 1


def test_seeds_and_subjects_do_not_mix(
    pipeline: Pipeline, speech: Path, subject: Subject, portrait: Path
) -> None:
    first = made(pipeline, speech, subject)
    mirrored = portrait.with_name("mirrored.png")
    cv2.imwrite(str(mirrored), read(portrait)[:, ::-1])
    other = made(pipeline, speech, pipeline.prepare(mirrored))
    assert not torch.equal(other, first)
    assert torch.equal(made(pipeline, speech, subject), first)


def test_the_mouth_moves_and_the_corner_does_not(
    pipeline: Pipeline, speech: Path, subject: Subject
) -> None:
    frames = made(pipeline, speech, subject).float()
    lips = subject.track.landmarks[0, [61, 291, 0, 17], :2]
    x, y = (int(v) for v in lips.mean(0))
    mouth = frames[:, :, y - 8 : y + 12, x - 12 : x + 12].std(0).mean()
    corner = frames[:, :, :24, :24].std(0).mean()
    assert float(mouth) > 4 * float(corner) + 1


def test_saving(pipeline: Pipeline, speech: Path, subject: Subject, tmp_path: Path) -> None:
    path = pipeline.generate(speech, subject, seconds=0.6).save(tmp_path / "out.mp4")
    with VideoReader(path) as video:
        assert len(list(video)) == 15
    assert read_audio(path).duration_s == pytest.approx(0.6, abs=1 / 25)
    sheet = pipeline.generate(speech, subject, seconds=0.2).sheet(tmp_path / "sheet.png", columns=3)
    height, width = read(sheet).shape[:2]
    assert 3 * height == 2 * width <= 2 * 3 * 384  # five square pictures of the head, three a row


class Shrunk(Refiner):
    """The pictures of another refiner, as crops of odd sides."""

    def __init__(self, refiner: Refiner) -> None:
        self._refiner, self.window = refiner, refiner.window

    def begin(self, subject: Subject) -> object:
        return self._refiner.begin(subject)

    def refine(self, shot: Shot, state: object) -> Step[Frames]:
        step = self._refiner.refine(shot, state)
        small = step.output.rgb[:, :, :75, :61].contiguous()
        return Step(Frames(small, step.output.fps), step.state)


def test_a_video_has_the_size_of_its_pictures(
    pipeline: Pipeline, speech: Path, subject: Subject, tmp_path: Path
) -> None:
    parts = attrs.evolve(pipeline.parts, refiner=Shrunk(pipeline.parts.refiner))
    clip = Pipeline(parts, pipeline.settings).generate(speech, subject, seconds=0.2)
    with VideoReader(clip.save(tmp_path / "out.mp4")) as video:
        assert {rgb.shape for _, rgb in video} == {(76, 62, 3)}  # H.264 stores even sides
    height, width = read(clip.sheet(tmp_path / "sheet.png")).shape[:2]
    assert (height, width) == (75, 5 * 61)


def test_an_output_is_refused_before_the_work(
    pipeline: Pipeline, speech: Path, subject: Subject, tmp_path: Path
) -> None:
    clip = pipeline.generate(speech, subject)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(OutputError, match="does not exist"):
        patch.setattr(Pipeline, "adapt", lambda *_: pytest.fail("it learns before it looks"))
        clip.save(tmp_path / "no folder" / "out.mp4")


def test_a_subject_that_is_loaded_speaks_alike(
    pipeline: Pipeline, speech: Path, subject: Subject, portrait: Path, tmp_path: Path
) -> None:
    kept = pipeline.prepare(portrait, folder=tmp_path / "subject")
    assert kept.folder == tmp_path / "subject"
    loaded = pipeline.prepare(tmp_path / "subject")
    assert torch.equal(made(pipeline, speech, loaded), made(pipeline, speech, subject))


def test_misuse_is_explained(pipeline: Pipeline, subject: Subject, tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="no such file"):
        pipeline.generate(tmp_path / "none.wav", subject)
    faster = visemix.load("default", ["video.fps=30"])
    with pytest.raises(SubjectError, match="prepared at 25 frames per second, the recipe makes 30"):
        faster.generate(DEMO / "speech.wav", subject)
    with pytest.raises(InvalidValue, match=r"no sound|empty"):
        list(pipeline.stream([], subject))
