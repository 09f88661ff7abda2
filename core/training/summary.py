"""How a stage ended: the mean of everything that was logged, over its last steps."""

import json
from collections import defaultdict
from pathlib import Path

from visemix.core.training.log import read_losses

SUMMARY = "summary.json"
ACCURACY = "accuracy"
"""First word of the terms that say how often a critic is right; they are shown to the user."""

LAST = 100
"""Steps that are averaged, at most."""


def write_summary(folder: Path) -> None:
    """Average the end of ``folder``'s losses.csv; kept beside it as ``summary.json``."""
    rows = read_losses(folder)
    steps = sorted({int(row["step"]) for row in rows})[-LAST:]
    if not steps:
        return
    values: dict[tuple[str, str], list[float]] = defaultdict(list)
    for row in rows:
        if int(row["step"]) >= steps[0]:
            values[row["turn"], row["term"]].append(float(row["value"]))
    turns: dict[str, dict[str, float]] = defaultdict(dict)
    for (turn, term), found in values.items():
        turns[turn][term] = sum(found) / len(found)
    about = {"first": steps[0], "last": steps[-1], "turns": turns}
    part = folder / f"{SUMMARY}.part"
    part.write_text(json.dumps(about, indent=1) + "\n")
    part.replace(folder / SUMMARY)


def read_summary(folder: Path) -> dict[str, dict[str, float]]:
    """Turn -> term -> mean over the last steps; empty if the stage is not finished."""
    path = folder / SUMMARY
    found: dict[str, dict[str, float]] = {}
    if path.is_file():
        found = json.loads(path.read_text())["turns"]
    return found
