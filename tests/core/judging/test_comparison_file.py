import math
from pathlib import Path

import pytest

from visemix.core.errors import ComparisonError
from visemix.core.judging.comparison_file import load_comparison, save_comparison
from visemix.core.testing.comparisons import sample_comparison


def test_what_is_written_is_read(tmp_path: Path) -> None:
    data = sample_comparison({"ground-truth": [math.inf, 1.5], "a": [None, 0.25]})
    assert load_comparison(save_comparison(data, tmp_path / "comparison.json")) == data


def test_it_is_json_that_anybody_reads(tmp_path: Path) -> None:
    path = save_comparison(sample_comparison({"a": [math.inf]}), tmp_path / "comparison.json")
    assert '"inf"' in path.read_text()
    assert "Infinity" not in path.read_text()


@pytest.mark.parametrize("text", [None, "{", "{}", '{"protocol": 1}'])
def test_anything_else_is_refused(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "comparison.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ComparisonError, match="no comparison"):
        load_comparison(path)
