"""The sync check finds how late the sound is."""

from pathlib import Path

import pytest
import torch

import visemix
from visemix.core.errors import InvalidValue
from visemix.core.prepare import PrepareOptions, prepare
from visemix.core.sync_check import Listener, lag_curve, lip_distances, sound_windows
from visemix.core.testing.samples import SamplePlan, sample_subject
from visemix.core.values.audio import Audio
from visemix.core.values.subject import Subject
from visemix.plugins.null_parts.no_mesh import NoMesh

MEDIA = Path(__file__).parents[3] / "shared" / "media"
LATE = MEDIA / "address_256_47s_audio_late_200ms.mov"


@pytest.fixture(scope="module")
def subject() -> Subject:
    return sample_subject(SamplePlan(frames=250))


def heard(subject: Subject, late_s: float = 0.0) -> torch.Tensor:
    assert subject.audio is not None
    shift = round(late_s * subject.audio.rate)
    late = Audio(subject.audio.samples.roll(shift), subject.audio.rate)
    return sound_windows(late, len(subject.track.found), subject.fps)


@pytest.mark.parametrize("late_s", [0.0, 0.2, -0.16])
def test_how_late_the_sound_is(subject: Subject, late_s: float) -> None:
    signals = lip_distances(subject.track.landmarks)[:, :2]
    curve = lag_curve(heard(subject, late_s), signals, subject.fps)
    assert curve.late_s == pytest.approx(late_s, abs=0.041)
    assert float(curve.correlation.max()) > 0.6
    assert curve.at(round(curve.best)) > 0.9 * float(curve.correlation.max())


def test_noise_belongs_to_nothing(subject: Subject) -> None:
    noise = torch.randn(250, 360, generator=torch.Generator().manual_seed(0))
    curve = lag_curve(noise, lip_distances(subject.track.landmarks), subject.fps)
    assert float(curve.correlation.max()) < 0.3


def test_a_listener_that_learned_elsewhere(subject: Subject) -> None:
    signals, windows = lip_distances(subject.track.landmarks)[:, :2], heard(subject)
    listener = Listener.learn(windows[:150], signals[:150])
    curve = listener.lag_curve(windows[150:], signals[150:], subject.fps)
    assert abs(curve.best) <= 1
    assert listener.agreement(windows[150:], signals[150:]) == pytest.approx(curve.at(0))


def test_rigid_motion_does_not_matter(subject: Subject) -> None:
    landmarks = subject.track.landmarks
    turn = torch.tensor([[0.8, -0.6, 0], [0.6, 0.8, 0], [0, 0, 1.0]])
    moved = 1.7 * landmarks @ turn.T + torch.tensor([40.0, -9.0, 3.0])
    torch.testing.assert_close(
        lip_distances(moved, landmarks[0]), lip_distances(landmarks), atol=1e-4, rtol=1e-3
    )


def test_other_rates_and_short_clips_are_refused(subject: Subject) -> None:
    with pytest.raises(InvalidValue, match="16000 Hz, got 8000"):
        sound_windows(Audio(torch.zeros(8000), 8000), 25, 25.0)
    with pytest.raises(InvalidValue, match="too short"):
        lag_curve(torch.zeros(40, 3), torch.zeros(40, 2), 25.0)


@pytest.mark.slow
def test_the_clip_whose_sound_is_200_ms_late() -> None:
    if not LATE.is_file():
        pytest.skip("the clip ../shared/media/address_256_47s_audio_late_200ms.mov is not here")
    tracker = visemix.load("default", ["tracker.looks=1"]).parts.tracker
    late = prepare(LATE, tracker, NoMesh(), PrepareOptions(max_seconds=20))
    assert late.audio is not None
    windows = sound_windows(late.audio, len(late.track.found), late.fps)
    curve = lag_curve(windows, lip_distances(late.track.landmarks), late.fps)
    assert abs(round(curve.best) - 5) <= 1
    assert float(curve.correlation.max()) > 0.4
