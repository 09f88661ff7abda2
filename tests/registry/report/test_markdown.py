from pathlib import Path

from visemix.core.judging.analysis import analyse
from visemix.core.judging.comparison import Comparison
from visemix.registry.report.markdown import markdown

Sample = tuple[Comparison, Path]


def page(sample: Sample) -> str:
    return markdown(sample[0], analyse(sample[0]))


def test_every_system_and_metric_is_there(sample: Sample) -> None:
    text, comparison = page(sample), sample[0]
    for system in comparison.systems:
        assert system.name in text
    for metric in comparison.metrics:
        assert f"| {metric.label} " in text


def test_failures_are_shown_and_counted(sample: Sample) -> None:
    text = page(sample)
    assert "| audio2au | clip-2 | 0 | generate |" in text
    (row,) = (line for line in text.splitlines() if line.startswith("| audio2au | 26"))
    assert row.endswith("| 1 |")


def test_a_metric_with_wrong_controls_is_marked(sample: Sample) -> None:
    assert "hs is unusable in this run" in page(sample)


def test_controls_are_told_from_recipes_and_cost_nothing(sample: Sample) -> None:
    text = page(sample)
    assert "| *still* |" in text
    cost = text[text.index("## Cost") : text.index("## ", text.index("## Cost") + 3)]
    assert "still" not in cost


def test_papers_are_quoted_as_papers(sample: Sample) -> None:
    text = page(sample)
    assert "Quoted from Zhang et al. 2021, table 1: other data." in text
    assert "| facial | 1.90 / 1.6" in text
