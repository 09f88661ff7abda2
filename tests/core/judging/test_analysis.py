import math

import attrs
import pytest

from visemix.core.judging.analysis import analyse
from visemix.core.judging.comparison import Failure, Pooled
from visemix.core.judging.verdicts import shortage, tallies
from visemix.core.testing.comparisons import LMD, sample_comparison

TRUTH = {"ground-truth": [0.0] * 8, "re-encoded": [0.1] * 8, "still": [4.0] * 8}
GOOD = [1.0, 1.1, 0.9, 1.2, 1.0, 0.8, 1.1, 0.9]
WORSE = [
    value + gap for value, gap in zip(GOOD, [0.5, 0.4, 0.6, 0.5, 0.7, 0.3, 0.5, 0.4], strict=True)
]


def test_a_clear_difference_has_a_winner() -> None:
    (verdict,) = analyse(sample_comparison({**TRUTH, "a": GOOD, "b": WORSE})).verdicts
    assert verdict.winner == "a"
    assert verdict.difference == pytest.approx(0.4875)
    assert verdict.low < verdict.difference < verdict.high
    assert verdict.p == pytest.approx(2 / 256)


def test_too_few_clips_have_none_however_clear() -> None:
    few = {name: values[:4] for name, values in {"a": GOOD, "b": WORSE}.items()}
    (verdict,) = analyse(sample_comparison(few)).verdicts
    assert verdict.winner == ""
    assert verdict.reason == "4 clips are too few: among so many recipes it takes 6"
    assert shortage([verdict], recipes=2).startswith("1 of them could not have had one: with 2 rec")


def test_many_recipes_need_many_clips() -> None:
    figures = {name: [value + k for value in GOOD] for k, name in enumerate("abcdef")}
    found = analyse(sample_comparison(figures)).verdicts
    assert len(found) == 15
    assert not any(verdict.winner for verdict in found)
    told = shortage(found, recipes=6)
    assert "15 pairs on every metric, it takes 10 clips, and these were judged on 8 to 8." in told
    enough = {name: [*values, *values[:2]] for name, values in figures.items()}
    found = analyse(sample_comparison(enough)).verdicts
    assert all(verdict.winner for verdict in found)
    assert shortage(found, recipes=6) == ""
    counted = [(tally.system, tally.won, tally.lost) for tally in tallies(found, "abcdef")]
    assert counted == [(name, 5 - k, k) for k, name in enumerate("abcdef")]


def test_noise_has_none() -> None:
    (verdict,) = analyse(sample_comparison({"a": GOOD, "b": GOOD[1:] + GOOD[:1]})).verdicts
    assert verdict.winner == ""
    assert "holds zero" in verdict.reason


def test_only_clips_of_both_are_paired() -> None:
    other = [*WORSE[:6], None, None]
    (verdict,) = analyse(sample_comparison({"a": GOOD, "b": other})).verdicts
    assert verdict.clips == 6


def test_who_fails_more_often_does_not_win() -> None:
    failures = [Failure("a", "clip-7", 0, "generate", "out of memory")]
    figures: dict[str, list[float | None]] = {"a": [*GOOD[:7], None], "b": [*WORSE]}
    (verdict,) = analyse(sample_comparison(figures, failures=failures)).verdicts
    assert verdict.winner == ""
    assert "failed on more clips" in verdict.reason


def test_three_recipes_are_corrected_for_three_pairs() -> None:
    figures = {"a": GOOD, "b": WORSE, "c": GOOD}
    by_pair = {(v.first, v.second): v for v in analyse(sample_comparison(figures)).verdicts}
    assert by_pair["a", "b"].p == pytest.approx(3 * 2 / 256)
    assert by_pair["a", "c"].winner == ""


def test_controls_in_the_wrong_order_make_a_metric_unusable() -> None:
    metric = attrs.evolve(LMD, controls=("re-encoded > still",))
    figures = {**TRUTH, "a": GOOD, "b": WORSE}
    assert analyse(sample_comparison(figures, metric)).unusable == {}
    wrong = {**figures, "still": [0.0] * 8}
    found = analyse(sample_comparison(wrong, metric))
    assert "not re-encoded > still" in found.unusable["lmd"]
    assert found.verdicts == ()
    assert found.orders[0].held is False


def test_equal_controls_are_no_order() -> None:
    metric = attrs.evolve(LMD, controls=("re-encoded > still",))
    figures = {"re-encoded": [1.0], "still": [1.0]}
    assert analyse(sample_comparison(figures, metric)).unusable != {}


def test_a_control_without_figures_is_not_checked() -> None:
    metric = attrs.evolve(LMD, controls=("re-encoded > still",))
    found = analyse(sample_comparison({"re-encoded": [1.0], "still": [None]}, metric))
    assert found.orders[0].held is None
    assert found.unusable == {}


def test_nearer_means_nearer_to_the_ground_truth() -> None:
    metric = attrs.evolve(LMD, better="nearer", controls=("re-encoded > still",))
    truth = [0.4, 0.3, 0.5, 0.4, 0.3, 0.5, 0.4, 0.4]
    figures = {
        "ground-truth": truth,
        "re-encoded": truth,
        "still": [0.0] * 8,
        "near": [value + 0.05 for value in truth],
        "far": [value - 0.3 for value in truth],
    }
    found = analyse(sample_comparison(figures, metric))
    assert found.unusable == {}
    assert [v.winner for v in found.verdicts] == ["near"]


def test_an_infinite_truth_is_above_everything() -> None:
    metric = attrs.evolve(LMD, better="larger", controls=("ground-truth > re-encoded",))
    figures = {"ground-truth": [math.inf] * 2, "re-encoded": [40.0, 41.0]}
    assert analyse(sample_comparison(figures, metric)).unusable == {}


def test_pooled_figures_use_their_own_draws() -> None:
    metric = attrs.evolve(LMD, pooled=True, controls=("re-encoded > still",))
    draws = tuple(10 + 0.01 * k for k in range(100))
    pooled = [
        Pooled("ground-truth", "lmd", 0.0, (0.0,) * 100),
        Pooled("re-encoded", "lmd", 1.0, (1.0,) * 100),
        Pooled("still", "lmd", 50.0, (50.0,) * 100),
        Pooled("a", "lmd", 10.5, draws),
        Pooled("b", "lmd", 12.5, tuple(value + 2 for value in draws)),
    ]
    figures = {name: [None] for name in ("ground-truth", "re-encoded", "still", "a", "b")}
    found = analyse(sample_comparison(figures, metric, pooled=pooled))
    (verdict,) = found.verdicts
    assert (verdict.winner, verdict.difference) == ("a", 2.0)
    cell = found.cell("a", "lmd")
    assert cell is not None
    assert cell.mean == 10.5
    assert cell.low == pytest.approx(10.02, abs=0.02)


def test_seeds_of_a_clip_are_one_clip() -> None:
    data = sample_comparison({"a": [1.0, 2.0]})
    twice = attrs.evolve(
        data, values=(*data.values, attrs.evolve(data.values[0], seed=1, value=3.0))
    )
    cell = analyse(twice).cell("a", "lmd")
    assert cell is not None
    assert (cell.mean, cell.clips) == (2.0, 2)
