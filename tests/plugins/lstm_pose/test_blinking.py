import attrs
import pytest
import torch

from visemix.core.measures import blinks
from visemix.core.testing.samples import SamplePlan, sample_subject
from visemix.plugins.lstm_pose.blinking import Blinker, blinker_of, usual_curve


def closures(blink: torch.Tensor) -> int:
    return len(blinks(1 - blink / 5 * 0.9))


@pytest.mark.parametrize("rate", [0.1, 0.3, 1.4])
def test_the_rate_is_the_persons(rate: float) -> None:
    blinker = Blinker(25 / rate, [usual_curve(0.2, 25.0)], 0.0, seed=3)
    frames = 25 * 60 * 20
    drawn, _ = blinker.draw(frames, blinker.begin())
    assert closures(drawn) / (frames / 25) == pytest.approx(rate, rel=0.12)
    assert float(drawn.min()) == 0 and float(drawn.max()) == 5


@pytest.mark.parametrize("size", [1, 3, 25])
def test_blocks_of_any_size_give_the_same(size: int) -> None:
    blinker = Blinker(20.0, [usual_curve(0.2, 25.0), usual_curve(0.4, 25.0)], 0.3, seed=5)
    whole, _ = blinker.draw(300, blinker.begin())
    state, parts = blinker.begin(), []
    for _ in range(300 // size):
        part, state = blinker.draw(size, state)
        parts.append(part)
    assert torch.equal(torch.cat(parts), whole)


def test_seeds_differ_and_repeat() -> None:
    blinker = Blinker(20.0, [usual_curve(0.2, 25.0)], 0.0, seed=1)
    first, _ = blinker.draw(200, blinker.begin())
    assert torch.equal(first, blinker.draw(200, blinker.begin())[0])
    other = attrs.evolve(blinker, seed=2)
    assert not torch.equal(first, other.draw(200, other.begin())[0])


def test_a_watched_person_blinks_as_seen() -> None:
    subject = sample_subject(SamplePlan(frames=250))
    blinker = blinker_of(subject, 25.0, seed=0)
    assert 25 / blinker.gap == pytest.approx(max(subject.statistics.blinks_per_s, 0.1))


def test_a_photo_blinks_as_people_do() -> None:
    blinker = blinker_of(sample_subject(SamplePlan(frames=1)), 25.0, seed=0)
    assert 25 / blinker.gap == pytest.approx(0.3)
    assert len(blinker.curves) == 1


def test_the_usual_blink_keeps_the_eyes_shut_as_long_as_asked() -> None:
    for seconds in (0.12, 0.24, 0.4):
        open_share = 1 - usual_curve(seconds, 25.0) / 5
        assert int((open_share < 0.6).sum()) == round(seconds * 25)


def test_closures_have_one_peak() -> None:
    subject = sample_subject(SamplePlan(frames=250))
    for curve in blinker_of(subject, 25.0, seed=0).curves:
        peak, steps = int(curve.argmax()), curve.diff()
        assert bool((steps[:peak] >= 0).all()) and bool((steps[peak:] <= 0).all())


def test_no_blink_passes_the_scale() -> None:
    """Bringing a closure to its full depth rounds, sometimes upwards."""
    subject = sample_subject()
    lids = subject.fit.attributes.blink
    assert lids is not None
    for depth in torch.linspace(0.5, 1.0, 60):
        attributes = attrs.evolve(subject.fit.attributes, blink=lids * depth)
        seen = attrs.evolve(subject, fit=attrs.evolve(subject.fit, attributes=attributes))
        assert all(float(c.max()) <= 5 for c in blinker_of(seen, 25.0, 0).curves)
