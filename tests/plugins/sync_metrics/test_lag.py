"""The offline check of synchrony."""

import math
from collections.abc import Mapping
from pathlib import Path

import attrs
import pytest
import torch

from visemix.core.judging.case import Case, Take
from visemix.core.media.audio_in import read_audio
from visemix.core.media.video_in import VideoReader
from visemix.core.testing.samples import sample_noise
from visemix.core.timeline import cut
from visemix.core.values.audio import Audio
from visemix.plugins.mediapipe_tracker.tracker import MediaPipeTracker
from visemix.plugins.sync_metrics.lag import LagConfidence, LagOffset, lag_curve_of
from visemix.plugins.sync_metrics.listening import even, packaged_listener, syllables

LATE = "address_256_47s_audio_late_200ms.mov"
SECONDS = 12


def shifted(take: Take, frames: int) -> Take:
    assert take.audio is not None
    samples = take.audio.samples.roll(frames * 640)
    return attrs.evolve(take, audio=Audio(samples, take.audio.rate))


def value(metric: LagOffset | LagConfidence, take: Take) -> float:
    return float(metric.observe(Case(take, take, take)).values["value"])


def test_later_sound_moves_the_offset_down(controls: dict[str, Case]) -> None:
    take = controls["ground-truth"].real
    own = lag_curve_of(take).correlation
    late = lag_curve_of(shifted(take, 2)).correlation
    assert torch.allclose(late[2:], own[:-2], atol=0.1)
    assert not torch.allclose(late, own, atol=0.1)


def test_controls_of_the_sample(controls: dict[str, Case]) -> None:
    found = {name: value(LagConfidence(), case.made) for name, case in controls.items()}
    assert min(found["ground-truth"], found["re-encoded"]) > max(found["still"], found["shuffled"])


def test_all_lags_count_where_that_is_asked(controls: dict[str, Case]) -> None:
    take = controls["ground-truth"].real
    late = shifted(take, 8)
    everywhere, near = LagConfidence(within=15), LagConfidence()
    assert value(everywhere, late) > 0.8 * value(everywhere, take)
    assert value(everywhere, take) >= value(near, take)


def test_what_agrees_at_no_lag_has_no_offset(controls: dict[str, Case]) -> None:
    take = controls["still"].made
    seen = LagOffset().observe(Case(take, take, take))
    assert math.isnan(float(seen.values["value"])) and "agree at no lag" in seen.note


def test_what_cannot_be_measured_has_a_note(controls: dict[str, Case]) -> None:
    take = controls["ground-truth"].real
    assert take.track is not None
    lost = attrs.evolve(take.track, found=torch.zeros_like(take.track.found))
    changes: Mapping[str, tuple[str, object]] = {
        "no sound": ("audio", None),
        "silence": ("audio", Audio(torch.zeros(48_000), 16_000)),
        "no face": ("track", lost),
        "shorter than 1.8 s": ("track", cut(take.track, 0, 30)),
    }
    for note, (field, changed) in changes.items():
        made = attrs.evolve(take, **{field: changed})  # type: ignore[arg-type]  # fields of several types
        seen = LagConfidence().observe(Case(made, take, take))
        assert math.isnan(float(seen.values["value"])) and seen.note == note


def test_other_sample_rates_are_heard(controls: dict[str, Case]) -> None:
    take = attrs.evolve(controls["ground-truth"].real, audio=sample_noise(3.0, 48_000))
    assert -1 < value(LagConfidence(), take) < 1


def test_slow_changes_are_taken_off() -> None:
    time = torch.arange(200) / 25
    slow, fast = torch.sin(0.6 * time), torch.sin(20 * time)
    left = syllables(torch.stack((slow + fast, fast), 1), 25.0)
    assert float((left[30:-30, 0] - left[30:-30, 1]).abs().max()) < 0.05
    spread = even(3 + 2 * left)
    assert spread.std(0).tolist() == pytest.approx([1, 1])


def test_the_listener_is_small_and_says_where_it_is_from() -> None:
    listener = packaged_listener()
    assert listener.weights.shape == (600, 3) and listener.middle.shape == (600,)


@pytest.fixture(scope="module")
def late_take(shared: Path) -> Take:
    file = shared / "media" / LATE
    with VideoReader(file, 25.0) as video:
        pictures = [picture for _, (_, picture) in zip(range(25 * SECONDS), video, strict=False)]
    track = MediaPipeTracker().track(iter(pictures), 25.0)
    samples = read_audio(file, 16_000).samples[: 16_000 * SECONDS]
    return Take("late", "someone", pictures, track.crop, 25.0, track, Audio(samples, 16_000))  # type: ignore[arg-type]  # a list has no size


def test_the_clip_whose_sound_is_200_ms_late(late_take: Take) -> None:
    assert value(LagOffset(), late_take) == pytest.approx(-5, abs=1)
    early = attrs.evolve(late_take, audio=Audio(late_take.audio.samples[3200:], 16_000))  # type: ignore[union-attr]  # it has sound
    assert value(LagOffset(), early) == pytest.approx(0, abs=1)
