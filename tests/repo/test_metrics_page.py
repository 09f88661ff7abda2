"""docs/metrics.md says what the manifests say. Run as a program, this writes its tables anew."""

from collections.abc import Iterator
from pathlib import Path

from visemix.core.contracts import GROUPS, Contract
from visemix.core.errors import RecipeError
from visemix.core.judging.comparison import CONTROLS
from visemix.registry.installed import find_installed
from visemix.registry.metric_entries import choose_metrics
from visemix.registry.node import Node
from visemix.registry.strict import StrictReader
from visemix.registry.yaml_text import read_yaml

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"
MARK = "<!-- made from the manifests: .venv/bin/python tests/repo/test_metrics_page.py -->\n"
OURS = "visemix."
"""Module of the plugins that come with visemix; others may be installed beside them."""


def metrics() -> list[Contract]:
    """Every metric of a built-in plugin."""
    plugins = find_installed().plugins.values()
    manifests = [p.manifest for p in plugins if p.manifest and p.module.startswith(OURS)]
    parts = [part for manifest in manifests for part in manifest.parts if part.kind == "metric"]
    return sorted(parts, key=lambda part: part.name)


def tables() -> str:
    """One section for each group: a table, then where each metric comes from."""
    return "\n".join(line for group in GROUPS for line in section(group)) + "\n"


def section(group: str) -> Iterator[str]:
    parts = [part for part in metrics() if part.measure and part.measure.group == group]
    yield f"\n### {group.capitalize()}\n"
    yield "| metric | unit | better | what it is | settings |"
    yield "|---|---|---|---|---|"
    for part in parts:
        assert part.measure
        cells = (
            f"`{part.name}`",
            part.measure.unit,
            part.measure.better,
            part.summary.rstrip("."),
            ", ".join(setting(part, name) for name in part.settings),
        )
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
    yield ""
    for part in parts:
        yield source(part)


def setting(part: Contract, name: str) -> str:
    """Its default first, then the other choices."""
    said = part.settings[name]
    if said.type == "path":
        return f"`{name}` (a file)"
    others = [str(choice) for choice in said.choices if choice != said.default]
    return f"`{name}`: {' or '.join([str(said.default), *others])}"


def source(part: Contract) -> str:
    measure = part.measure
    assert measure
    orders = f" Controls: {', '.join(measure.controls)}." if measure.controls else ""
    return (
        f"- `{part.name}` {measure.version} ({part.plugin}): {measure.source.rstrip('.')}.{orders}"
    )


def test_tables_are_those_of_the_manifests() -> None:
    written = PAGE.read_text().partition(MARK)[2]
    assert written == tables(), f"run {Path(__file__).name} as a program and look at the page"


def test_every_metric_says_what_it_measures() -> None:
    assert len(metrics()) > 25
    assert not [part.name for part in metrics() if part.measure is None]


def test_every_control_and_the_example_are_known() -> None:
    text = PAGE.read_text()
    assert all(f"| {name} |" in text for name in CONTROLS)
    reader = StrictReader(RecipeError)
    example = text.partition("```yaml\n")[2].partition("```")[0]
    node = read_yaml(example, PAGE.name, reader.problems, RecipeError)
    assert isinstance(node.value, dict)
    found: Node = node.value["metrics"]
    chosen = choose_metrics(found, find_installed(), reader)
    assert not reader.problems
    assert [one.label for one in chosen][:2] == ["lip-gap", "lmd reduce=sum"]


if __name__ == "__main__":
    before = PAGE.read_text().partition(MARK)[0]
    PAGE.write_text(before + MARK + tables())
