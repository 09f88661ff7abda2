"""Keeps what a benchmark found, in benchmarks/results."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import attrs

RESULTS = Path(__file__).parent / "results"


def keep(name: str, about: Mapping[str, object], rows: Sequence[attrs.AttrsInstance]) -> None:
    """Write ``about`` and the rows as today's result."""
    path = RESULTS / f"{date.today():%Y-%m-%d}-{name}.json"
    found = {**about, "rows": [attrs.asdict(row) for row in rows]}
    path.write_text(json.dumps(found, indent=1) + "\n")
