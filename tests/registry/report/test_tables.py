from pathlib import Path

import attrs

from visemix.core.judging.analysis import analyse
from visemix.core.judging.comparison import ClipInfo, Comparison, Value
from visemix.registry.report.tables import metric_tables

Sample = tuple[Comparison, Path]


def longer(comparison: Comparison) -> Comparison:
    """Twelve more clips on which the recipes differ as they do on the others."""
    clips = [f"more-{k}" for k in range(12)]
    levels = {"default": 1.2, "facial": 1.6, "audio2au": 1.9}
    values = [
        Value(system, clip, 0, "lmd", level + 0.01 * k)
        for k, clip in enumerate(clips)
        for system, level in levels.items()
    ]
    infos = [ClipInfo(clip, "s1", 3.0, "0" * 64) for clip in clips]
    return attrs.evolve(
        comparison,
        clips=(*comparison.clips, *infos),
        values=(*comparison.values, *values),
        failures=(),
    )


def test_groups_come_in_their_order(sample: Sample) -> None:
    tables = metric_tables(sample[0], analyse(sample[0]))
    assert [table.group for table in tables] == ["picture", "lips", "motion", "cost"]


def test_the_best_is_who_beats_all_others(sample: Sample) -> None:
    comparison = longer(sample[0])
    (lips,) = (t for t in metric_tables(comparison, analyse(comparison)) if t.group == "lips")
    best = {row.system.name: row.cells[0].best for row in lips.rows}
    assert [name for name, won in best.items() if won] == ["default"]


def test_few_clips_have_no_best(sample: Sample) -> None:
    (lips,) = (t for t in metric_tables(sample[0], analyse(sample[0])) if t.group == "lips")
    assert not any(row.cells[0].best for row in lips.rows)


def test_clips_that_are_missing_are_said(sample: Sample) -> None:
    (lips,) = (t for t in metric_tables(sample[0], analyse(sample[0])) if t.group == "lips")
    clips = {row.system.name: row.cells[0].clips for row in lips.rows}
    assert clips["audio2au"] == "2 of 3 clips"
    assert clips["default"] == ""
