"""A real recognition network on real people; both lie outside the repository."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor

from visemix.core.media.video_in import VideoReader
from visemix.core.timeline import pick
from visemix.core.values.subject import Picture
from visemix.plugins.mediapipe_tracker.tracker import MediaPipeTracker
from visemix.plugins.onnx_identity.encoder import OnnxIdentity

SHARED = Path(__file__).parents[4] / "shared"
MODEL = SHARED / "models" / "mobilefacenet_128d.onnx"
CLIPS = ("vlogger_720p_24s.mp4", "anchor_512_71s.mp4", "lecture_256_25s.mp4")
EVERY = 12
"""Frames between those that are looked at, so that head and mouth have moved."""

pytestmark = pytest.mark.skipif(not MODEL.is_file(), reason=f"no recognition network at {MODEL}")


def vectors(name: str, encoder: OnnxIdentity) -> Tensor:
    """Of six frames of a clip."""
    with VideoReader(SHARED / "media" / name, 25.0) as video:
        pictures = list(_pictures(video, 6))
    track = MediaPipeTracker().track(pictures, 25.0)
    seen = track.found.nonzero().flatten()
    return encoder.embed([pictures[int(k)] for k in seen], pick(track, seen))


def _pictures(video: VideoReader, count: int) -> Iterator[Picture]:
    for _, picture in itertools.islice(video, 0, count * EVERY, EVERY):
        yield picture.copy()


def test_the_same_person_is_near_and_another_is_far() -> None:
    encoder = OnnxIdentity(model=str(MODEL), normalisation="imagenet")
    people = [vectors(name, encoder) for name in CLIPS]
    for seen in people:
        assert seen.shape == (6, 128)
        assert float((seen @ seen.T).min()) >= 0.77
    means = torch.nn.functional.normalize(torch.stack([seen.mean(0) for seen in people]))
    alike = (means @ means.T)[~torch.eye(len(people), dtype=torch.bool)]
    assert float(alike.max()) <= 0.18
