"""Sounds that are alike, with poses that are alike or not."""

import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.judging.case import Case, Observation, Take
from visemix.core.testing.samples import SamplePlan, sample_attributes, sample_noise, sample_speech
from visemix.core.testing.takes import landmarks_of, take_with
from visemix.core.values.audio import Audio
from visemix.plugins.motion_metrics import audio_pose
from visemix.plugins.motion_metrics.audio_pose import AudioPose, cepstra

FRAMES = 150


def drawn(frames: int = FRAMES) -> Tensor:
    return landmarks_of(sample_attributes(SamplePlan(frames=frames)))


def seen(take: Take, metric: AudioPose | None = None) -> Observation:
    return (metric or AudioPose()).observe(Case(take, take, take))


def test_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sound and pitch angle on a line each: distances go together, or against each other."""
    take = take_with(drawn())
    assert take.track is not None and take.audio is not None
    place = torch.arange(FRAMES) % 7 / 10 + 5.0
    monkeypatch.setattr(audio_pose, "cepstra", lambda *_: place[:, None])

    def with_pitch(pitch: Tensor) -> float:
        angles = torch.stack((pitch, torch.zeros(FRAMES), torch.zeros(FRAMES)), 1)
        monkeypatch.setattr(audio_pose, "head_pose", lambda _: _Pose(angles))
        return float(seen(take).values["value"])

    assert with_pitch(3 * place) == pytest.approx(1)
    assert with_pitch(torch.zeros(FRAMES)) == 0
    # around 5.0 the distances of the pitch are those of the sound, elsewhere not quite
    assert 0 < with_pitch((place - 5).square()) < 1


@attrs.frozen
class _Pose:
    rotation: Tensor


def test_only_neighbours_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sounds 1, 1.2, 1.4 .. and 100: within half its length nobody has the other end around."""
    take = take_with(drawn())
    near = 10 + torch.arange(FRAMES) % 4 / 5
    far = torch.where(torch.arange(FRAMES) % 2 == 0, near, near + 100)
    monkeypatch.setattr(audio_pose, "cepstra", lambda *_: far[:, None])
    angles = torch.stack((near, 0 * near, 0 * near), 1)
    monkeypatch.setattr(audio_pose, "head_pose", lambda _: _Pose(angles))
    narrow = float(seen(take, AudioPose(radius=0.5)).values["value"])
    wide = float(seen(take, AudioPose(radius=20.0)).values["value"])
    assert narrow == pytest.approx(1)
    assert wide < 0.9


def hissing() -> Take:
    """Somebody who nods as their voice turns into noise and back, a little faster every time."""
    base = sample_attributes(SamplePlan(frames=FRAMES))
    assert base.pose is not None
    share = 0.5 - 0.5 * torch.cos((torch.arange(FRAMES) / 25) ** 1.5)
    angles = torch.stack((12 * share, 0 * share, 0 * share), 1)
    pose = attrs.evolve(base.pose, rotation=angles)
    heard = share.repeat_interleave(640)
    noise = sample_noise(FRAMES / 25, 16000).samples
    voice = 0.3 * torch.sin(torch.arange(len(noise)) / 16000 * 6.283 * 200)
    sound = Audio(voice * (1 - heard) + noise * (0.02 + heard), 16000)
    return attrs.evolve(take_with(landmarks_of(attrs.evolve(base, pose=pose))), audio=sound)


def test_a_head_that_follows_the_sound_has_more_than_one_that_does_not() -> None:
    take = hissing()
    assert take.track is not None
    random = torch.randperm(FRAMES, generator=torch.Generator().manual_seed(0))
    mixed = attrs.evolve(
        take, track=attrs.evolve(take.track, landmarks=take.track.landmarks[random])
    )
    for sound in ("window", "vector"):
        values = [float(seen(one, AudioPose(sound=sound)).values["value"]) for one in (take, mixed)]
        assert values[0] > values[1] + 0.1


def test_cepstra_are_those_of_the_frames_middle() -> None:
    """Noise that begins after a second is heard from frame 25 on."""
    audio = sample_noise(2.0, 16000)
    audio = attrs.evolve(audio, samples=audio.samples * (torch.arange(32000) >= 16000))
    track = take_with(drawn(50)).track
    assert track is not None
    rows = cepstra(audio, track, 1)
    assert rows.shape == (50, 12)
    silent = (rows - rows[:1]).abs().amax(1) < 1e-3
    assert silent.tolist() == [True] * 25 + [False] * 25
    windows = cepstra(audio, track, 28)
    assert windows.shape == (50, 336)
    torch.testing.assert_close(windows.view(50, 28, 12)[30, 14], rows[30])


@pytest.mark.parametrize("rate", [16000, 44100])
def test_any_rate_of_the_sound(rate: int) -> None:
    take = attrs.evolve(take_with(drawn()), audio=sample_speech(FRAMES / 25, rate))
    assert bool(seen(take).values["value"].isfinite())


@pytest.mark.parametrize(
    ("take", "note"),
    [
        (attrs.evolve(take_with(drawn()), audio=None), "the video has no sound"),
        (attrs.evolve(take_with(drawn()), track=None), "no face in the made video"),
        (take_with(drawn(120)), "in less than 5 s hardly a sound comes twice"),
    ],
)
def test_what_cannot_be_measured(take: Take, note: str) -> None:
    observation = seen(take)
    assert bool(observation.values["value"].isnan())
    assert observation.note == note
