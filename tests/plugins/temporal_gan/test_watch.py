"""When to stop: mouths of held-out clips."""

import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.subjects.alignment import Aligned
from visemix.core.testing.samples import SamplePlan, sample_subject
from visemix.core.training.aligned_bank import AlignedBank, aligned_bank
from visemix.core.training.dataset import Example
from visemix.core.values.features import AudioFeatures
from visemix.plugins.temporal_gan.watch import SyncWatch


@pytest.fixture(scope="module")
def banks(features: AudioFeatures) -> list[AlignedBank]:
    known = sample_subject(SamplePlan(frames=240))
    held = sample_subject(SamplePlan(frames=75))
    return [aligned_bank(Example(s, features), Aligned(64, 48)) for s in (known, held)]


def watch(banks: list[AlignedBank], patience: int = 2) -> SyncWatch:
    return SyncWatch(banks[:1], banks[1:], every=10, patience=patience)


def truth(bank: AlignedBank) -> Tensor:
    return bank.real


def still(bank: AlignedBank) -> Tensor:
    return bank.real[:1].expand_as(bank.real)


def late(bank: AlignedBank) -> Tensor:
    return bank.real.roll(8, 0)


def test_the_truth_follows_its_sound_and_others_do_not(banks: list[AlignedBank]) -> None:
    one = watch(banks)
    real, shifted, frozen = (one.score(make) for make in (truth, late, still))
    assert real > 0.3
    assert real > shifted + 0.2
    assert frozen == pytest.approx(0, abs=1e-6)


def test_it_stops_after_some_trials_without_a_better_one(banks: list[AlignedBank]) -> None:
    one = watch(banks)
    assert not one.review(10, truth)
    assert not one.review(15, still)  # not due
    assert not one.review(20, still)
    assert one.review(30, late)
    assert float(one.best) == pytest.approx(one.score(truth))


def test_a_better_trial_starts_anew(banks: list[AlignedBank]) -> None:
    one = watch(banks)
    made = (still, late, truth, late)
    assert [one.review(10 * (k + 1), make) for k, make in enumerate(made)] == [False] * 4


def test_its_memory_is_stored_and_no_trial_counts_twice(banks: list[AlignedBank]) -> None:
    one, again = watch(banks), watch(banks)
    one.review(10, truth)
    one.review(20, still)
    again.load_state_dict(one.state_dict())
    assert not again.review(20, still)
    assert again.review(30, still)


def test_no_patience_and_no_held_out_clips_never_stop(banks: list[AlignedBank]) -> None:
    endless = watch(banks, patience=0)
    alone = SyncWatch(banks, [], every=10, patience=1)
    for one in (endless, alone):
        assert not any(one.review(done, still) for done in range(10, 100, 10))
    assert float(alone.reviewed) == 0


def test_brightness_of_the_whole_clip_does_not_matter(banks: list[AlignedBank]) -> None:
    one = watch(banks)
    darker = attrs.evolve(banks[1], real=banks[1].real // 2)
    assert one.score(lambda _: darker.real) == pytest.approx(one.score(truth), abs=0.03)
    assert torch.is_tensor(one.best)
