"""The tracker on real people; skipped where the clips are not there."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from visemix.core.measures import blinks, eye_aspect_ratio
from visemix.core.media.video_in import VideoReader, read_photo
from visemix.core.values.subject import Picture
from visemix.core.values.track import Track
from visemix.plugins.mediapipe_tracker.tracker import MediaPipeTracker

MEDIA = Path(__file__).parents[4] / "shared" / "media"

pytestmark = pytest.mark.skipif(not MEDIA.is_dir(), reason=f"no test clips at {MEDIA}")


def tracked(name: str, start_s: float = 0.0, seconds: float = 60.0) -> Track:
    with VideoReader(MEDIA / name, 25.0) as video:
        return MediaPipeTracker().track(_pictures(video, start_s, seconds), 25.0)


def _pictures(video: VideoReader, start_s: float, seconds: float) -> Iterator[Picture]:
    for _, picture in itertools.islice(video, round(25 * start_s), round(25 * (start_s + seconds))):
        yield picture


def test_jump_cuts_are_found_and_nothing_else() -> None:
    track = tracked("anchor_512_71s.mp4", 6.0, 4.0)
    assert track.cut.nonzero().flatten().tolist() == [176 - 150]
    assert bool(track.found.all())


def test_blinks_are_those_of_the_eye_aspect_ratio() -> None:
    track = tracked("lecture_256_25s.mp4", 0.0, 8.0)
    assert not track.cut.any()
    expected = blinks(eye_aspect_ratio(track.landmarks))
    assert len(expected) >= 3
    for blink in expected:
        assert float(track.blink[blink.start : blink.stop].max()) > 2
    assert float((track.blink > 2).float().mean()) < 0.3


def test_a_face_that_appears_late() -> None:
    track = tracked("bad_noface_then_face_vfr.mov")
    found = track.found.numpy()
    assert not found[:80].any() and found[100:155].all()
    assert np.isfinite(track.landmarks.numpy()).all()
    assert torch.equal(track.landmarks[0], track.landmarks[int(np.argmax(found))])


def test_cuts_between_several_people() -> None:
    """The singer, small in the first shot, near in the third; not the pianist, not the guests."""
    track = tracked("bad_cuts_many_faces.mp4")
    cuts = track.cut.nonzero().flatten().tolist()
    assert len(cuts) == 3
    shots = [0, *cuts, len(track.found)]
    share = [float(track.found[a:b].float().mean()) for a, b in itertools.pairwise(shots)]
    assert share[1] == share[3] == 0 and share[2] > 0.95


def test_hands_over_the_face() -> None:
    track = tracked("bad_silent_occluded_20s.mp4", 2.0, 6.0)
    assert np.isfinite(track.landmarks.numpy()).all()
    step = torch.diff(track.landmarks[..., :2].mean(1), dim=0).norm(dim=-1)
    assert float(step.max()) < 30  # px of 640: it never jumps to something else


@pytest.mark.parametrize(
    ("name", "nose"),
    [
        ("portrait_a.png", (238, 215)),
        ("portrait_full_body.png", (387, 253)),
        ("portrait_art.png", (113, 125)),
        ("portrait_96x128_aligned.bmp", (49, 73)),
    ],
)
def test_photos(name: str, nose: tuple[int, int]) -> None:
    picture = read_photo(MEDIA / name)
    track = MediaPipeTracker().track([picture], 25.0)
    x, y = track.landmarks[0, 1, :2].tolist()
    reach = 0.08 * picture.shape[1]
    assert abs(x - nose[0]) < reach and abs(y - nose[1]) < reach
