import json
import re
from pathlib import Path

import pytest

from visemix.core.errors import OutputError
from visemix.core.judging.comparison import Comparison
from visemix.registry.report import embedding
from visemix.registry.report.writer import write_report

Sample = tuple[Comparison, Path]


def test_the_page_needs_nothing_beside_it(sample: Sample) -> None:
    page = (write_report(*sample)[0]).read_text()
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert {a for a in addresses if not a.startswith(("data:", "#"))} == set()
    assert sum(a.startswith("data:video/mp4") for a in addresses) == len(sample[0].videos)


def test_large_videos_are_linked(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "MOST", 99)
    page = (write_report(*sample)[0]).read_text()
    assert 'src="videos/still-clip-0-0.mp4"' in page


def test_what_users_wrote_cannot_become_markup(sample: Sample) -> None:
    page = (write_report(*sample)[0]).read_text()
    assert "<b>the photo</b>" not in page
    assert "&lt;b&gt;the photo&lt;/b&gt;" in page


def test_the_json_says_the_same(sample: Sample) -> None:
    data = json.loads(write_report(*sample)[2].read_text())
    assert list(data["analysis"]["unusable"]) == ["hs"]
    assert data["comparison"]["failures"][0]["system"] == "audio2au"


def test_the_same_comparison_gives_the_same_page(sample: Sample) -> None:
    first = [path.read_bytes() for path in write_report(*sample)]
    assert first == [path.read_bytes() for path in write_report(*sample)]


def test_files_that_are_gone_leave_a_report(sample: Sample) -> None:
    for path in sample[1].rglob("*.*"):
        path.unlink()
    page = (write_report(*sample)[0]).read_text()
    assert "data:video" not in page
    assert "Verdicts" in page


def test_a_folder_that_cannot_be_written_is_said(sample: Sample) -> None:
    comparison, folder = sample
    with pytest.raises(OutputError):
        write_report(comparison, folder / "missing")
