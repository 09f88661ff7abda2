"""Excerpts of clips."""

import attrs
import pytest
import torch

from visemix.core.errors import TrainingError
from visemix.core.subjects.alignment import Aligned
from visemix.core.training.aligned_bank import AlignedBank, aligned_bank
from visemix.core.training.dataset import Example
from visemix.core.training.stage import Shard
from visemix.plugins.temporal_gan.lessons import SHIFT, TENSORS, Excerpt, Lesson, Lessons, far_from

EXCERPT = Excerpt(frames=10, samples=3200, noise=4, mirror=False, batch=4, seed=1)


@pytest.fixture(scope="module")
def bank(example: Example) -> AlignedBank:
    return aligned_bank(example, Aligned(32, 24))


@pytest.fixture(scope="module")
def lessons(bank: AlignedBank) -> Lessons:
    return Lessons([bank, bank], EXCERPT)


def place(bank: AlignedBank, window: torch.Tensor) -> int:
    """Which frame of the clip a window of sound belongs to."""
    values = bank.example.features.values[:, 0]
    return int((values == window).all(1).nonzero()[0, 0])


def test_sound_and_pictures_of_the_same_frames_in_a_row(
    lessons: Lessons, bank: AlignedBank
) -> None:
    lesson = lessons.batch(0, Shard())
    assert lesson.frames.shape == (4, 10, 3, 32, 24)
    for b in range(4):
        first = place(bank, lesson.windows[b, 0])
        assert torch.equal(lesson.frames[b], bank.real[first : first + 10])
        assert torch.equal(lesson.still[b], bank.real[first])
        assert place(bank, lesson.windows[b, 9]) == first + 9
        assert bool(bank.found[first : first + 10].all())


def test_shifted_sound_is_far_from_its_snippet(lessons: Lessons, bank: AlignedBank) -> None:
    for step in range(4):
        lesson = lessons.batch(step, Shard())
        for b in range(4):
            first = place(bank, lesson.windows[b, 0])
            for k, snippet in enumerate(lesson.snippets[b].tolist()):
                assert 0 <= snippet <= 5
                other = place(bank, lesson.shifted[b, k, 0])
                assert abs(other - first - snippet) >= SHIFT
                assert place(bank, lesson.shifted[b, k, 4]) == other + 4


def test_a_step_decides_everything_and_shards_share_it(lessons: Lessons) -> None:
    whole = lessons.batch(3, Shard())
    parts = [lessons.batch(3, Shard(rank, 2)) for rank in range(2)]
    for name in TENSORS:
        assert torch.equal(getattr(whole, name), getattr(lessons.batch(3, Shard()), name))
        assert torch.equal(getattr(whole, name)[0::2], getattr(parts[0], name))
        assert torch.equal(getattr(whole, name)[1::2], getattr(parts[1], name))
    assert not torch.equal(whole.noise, lessons.batch(4, Shard()).noise)


def test_an_epoch_shows_every_clip_as_often_as_it_is_long(bank: AlignedBank) -> None:
    """31 + 22 starts of 10 frames: five excerpts a clip."""
    assert Lessons([bank], EXCERPT).count == 5
    assert Lessons([bank, bank], EXCERPT).count == 10


def test_half_of_the_excerpts_are_mirrored(bank: AlignedBank) -> None:
    mirrored = Lessons([bank], attrs.evolve(EXCERPT, mirror=True, batch=40)).batch(0, Shard())
    turned = 0
    for b in range(40):
        first = place(bank, mirrored.windows[b, 0])
        real = bank.real[first : first + 10]
        if torch.equal(mirrored.frames[b], real.flip(-1)):
            turned += 1
            assert torch.equal(mirrored.still[b], real[0].flip(-1))
        else:
            assert torch.equal(mirrored.frames[b], real)
    assert 10 < turned < 30


def test_changed_sound_is_the_same_in_and_out_of_sync(bank: AlignedBank) -> None:
    """A critic could tell changed from unchanged sound, and not look at the lips."""
    lesson = Lessons([bank], attrs.evolve(EXCERPT, sound_changes=1.0)).batch(0, Shard())
    plain = Lessons([bank], EXCERPT).batch(0, Shard())
    assert not torch.equal(lesson.windows, plain.windows)
    whole = bank.example.features.values[:, 0]
    for sound in (lesson.windows[0], lesson.shifted[0, 0]):
        assert not any((whole == window).all(1).any() for window in sound)


def test_clips_that_are_too_short_are_refused(bank: AlignedBank) -> None:
    with pytest.raises(TrainingError, match=r"50 frames in a row.*refiner\.sequence"):
        Lessons([bank], attrs.evolve(EXCERPT, frames=50))


def test_far_from_falls_back_to_the_farthest() -> None:
    assert far_from(10, 30).tolist() == [*range(7), *range(14, 30)]
    assert far_from(2, 3).tolist() == [0]


def test_a_lesson_moves_whole(lessons: Lessons) -> None:
    lesson = lessons.batch(0, Shard())
    moved: Lesson = lesson.to("meta")
    assert all(getattr(moved, name).device.type == "meta" for name in TENSORS)
    assert moved.step == lesson.step
