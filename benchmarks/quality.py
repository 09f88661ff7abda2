"""How like the real second half the made one is: lips, head, blinks, jitter.

Each clip: subject from the first part, driven by the sound of the rest, the video that was written
is tracked and compared with the real rest (definitions: core/measures.py).
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import attrs
from torch import Tensor

import visemix
from benchmarks.clips import Clip, write_rest
from visemix.core import measures
from visemix.core.media.video_in import VideoReader
from visemix.core.talking import Pipeline
from visemix.core.timeline import cut
from visemix.core.values.subject import Subject
from visemix.core.values.track import Track
from visemix.plugins.landmark_mesh.model import LandmarkMesh

X = TypeVar("X")


@attrs.frozen
class Quality:
    """One row of the table.

    Attributes:
        clip: name.
        lips: correlation of the lip gap with the truth.
        mouth: mouth-landmark distance over that of the reference's constant mean mouth.
        head: HS, joint range.
        blinks: blinks per second over the reference's.
        jitter: over that of the real rest.
        prepare_fps: reference frames prepared per second.
        personalise_s: seconds to learn the person.
        generate_fps: frames made per second, encoding included, start-up not.
    """

    clip: str
    lips: float
    mouth: float
    head: float
    blinks: float
    jitter: float
    prepare_fps: float
    personalise_s: float
    generate_fps: float


def measure(clip: Clip, keep: Path | None = None) -> Quality:
    """Make the rest of ``clip`` and compare it; the video is kept in ``keep``."""
    pipeline = visemix.load("default")
    pipeline.settings = attrs.evolve(pipeline.settings, max_seconds=clip.split_s)
    with tempfile.TemporaryDirectory() as folder:
        out = (keep or Path(folder)) / f"{clip.name}.mp4"
        audio = Path(folder) / "rest.wav"
        write_rest(clip, audio)
        subject, prepare_s = _timed(lambda: pipeline.prepare(clip.path))
        _, personalise_s = _timed(lambda: pipeline.adapt(subject))
        _, generate_s = _timed(
            lambda: pipeline.generate(audio, subject, seed=1).save(out, overwrite=True)
        )
        made = _tracked(pipeline, out, 0.0)
        real = _tracked(pipeline, clip.path, clip.split_s)
    return _compare(clip, subject, made, real, (prepare_s, personalise_s, generate_s))


def _compare(
    clip: Clip, subject: Subject, made: Track, real: Track, seconds: tuple[float, float, float]
) -> Quality:
    count = min(len(made.landmarks), len(real.landmarks))
    a, b = made.landmarks[:count], real.landmarks[:count]
    reference = subject.track.landmarks
    prepare_s, personalise_s, generate_s = seconds
    return Quality(
        clip=clip.name,
        lips=measures.lip_gap_correlation(a, b, reference[0]),
        mouth=measures.mouth_distance_ratio(a, b, reference),
        head=measures.head_similarity(_rotation(made, count), _rotation(real, count)),
        blinks=_blink_rate(a, made.fps) / max(_blink_rate(reference, subject.fps), 1e-9),
        jitter=measures.jitter(a) / measures.jitter(b),
        prepare_fps=len(reference) / prepare_s,
        personalise_s=personalise_s,
        generate_fps=len(made.landmarks) / generate_s,
    )


def _rotation(track: Track, count: int) -> Tensor:
    """Head rotation [T, 3] in degrees, by the face model's own fit."""
    pose = LandmarkMesh().fit(cut(track, 0, count)).attributes.pose
    assert pose is not None
    return pose.rotation


def _blink_rate(landmarks: Tensor, fps: float) -> float:
    return len(measures.blinks(measures.eye_aspect_ratio(landmarks))) * fps / len(landmarks)


def _tracked(pipeline: Pipeline, path: Path, start_s: float) -> Track:
    """As anybody's MediaPipe sees it, whatever the recipe's tracker does."""
    fps = pipeline.settings.fps
    tracker = visemix.load("default", ["tracker.looks=1"]).parts.tracker
    with VideoReader(path, fps) as reader:
        pictures = (rgb for time_s, rgb in reader if time_s >= start_s - 0.5 / fps)
        return tracker.track(pictures, fps)


def _timed(job: Callable[[], X]) -> tuple[X, float]:
    start = time.perf_counter()
    result = job()
    return result, time.perf_counter() - start
