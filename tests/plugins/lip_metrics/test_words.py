"""WER with lip readers made up here."""

import math
import sys
from pathlib import Path

import attrs
import pytest
from torchmetrics.functional.text import word_error_rate

from visemix.core.errors import VisemixError
from visemix.core.judging.case import Case
from visemix.core.testing.control_cases import sample_controls
from visemix.plugins.lip_metrics.words import WordErrorRate, spoken, word_errors

SAID = "bin blue at f two now"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    video = tmp_path / "bin blue.mp4"
    video.write_bytes(b"")
    case = sample_controls()["ground-truth"]
    return attrs.evolve(case, made=attrs.evolve(case.made, file=video), said=SAID)


@pytest.fixture
def reader(tmp_path: Path) -> str:
    """A program that prints the name of the video and what it is told."""
    script = tmp_path / "reader.py"
    script.write_text(
        "import pathlib, sys\n"
        "print(pathlib.Path(sys.argv[1]).stem, *sys.argv[2:])\n"
        "sys.exit('lips are shut' if 'fail' in sys.argv else 0)\n"
    )
    return f"{sys.executable} {script}"


@pytest.mark.parametrize(
    ("read", "errors"),
    [
        (SAID, 0),
        ("", 6),
        ("bin red at f two now", 1),
        ("bin at f two now", 1),
        ("please bin blue at f two now", 1),
        ("place red in b nine soon", 6),
        ("blue bin at f two", 3),
    ],
)
def test_errors_by_hand(read: str, errors: int) -> None:
    assert word_errors(spoken(read), spoken(SAID)) == errors
    assert errors == round(6 * float(word_error_rate([read], [SAID])))


def test_a_program_reads(case: Case, reader: str) -> None:
    last = WordErrorRate(command=reader).observe(case)
    assert float(last.values["value"]) == pytest.approx(4 / 6)
    assert last.note == 'read "bin blue"'
    placed = WordErrorRate(command=f"{reader} {{video}} At F, two!").observe(case)
    assert int(placed.values["errors"]) == 1


def test_a_function_reads(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lip_reader_of_a_test.py").write_text(
        "def read(video):\n    return video.stem + ' at f two now'\n"
        "def silent(video):\n    return None\n"
        "def broken(video):\n    raise OSError('no GPU')\n"
        "number = 3\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    metric = WordErrorRate(function="lip_reader_of_a_test:read")
    assert float(metric.observe(case).values["value"]) == 0
    for name, what in (("silent", "gave NoneType, not text"), ("broken", "OSError: no GPU")):
        with pytest.raises(VisemixError, match=what):
            WordErrorRate(function=f"lip_reader_of_a_test:{name}").observe(case)
    for name, what in (("number", "no function"), ("missing", "cannot be imported")):
        with pytest.raises(VisemixError, match=what):
            WordErrorRate(function=f"lip_reader_of_a_test:{name}")


def test_clips_count_by_their_words(case: Case, reader: str) -> None:
    metric = WordErrorRate(command=reader)
    seen = [metric.observe(attrs.evolve(case, said=said)) for said in (SAID, "bin blue", "")]
    assert metric.conclude(seen) == pytest.approx(4 / 8)
    assert math.isnan(metric.conclude(seen[2:]))
    assert "does not say what is spoken" in seen[2].note


def test_a_program_that_fails_says_why(case: Case, reader: str) -> None:
    with pytest.raises(VisemixError, match="lips are shut"):
        WordErrorRate(command=f"{reader} {{video}} fail").observe(case)
    with pytest.raises(VisemixError, match="No such file"):
        WordErrorRate(command="/no/such/reader").observe(case)
    slow = f"{sys.executable} -c 'import time; time.sleep(9)'"
    with pytest.raises(VisemixError, match="timed out"):
        WordErrorRate(command=slow, timeout_s=0.2).observe(case)


def test_one_reader_must_be_named() -> None:
    with pytest.raises(VisemixError, match="needs a lip reader"):
        WordErrorRate()
    with pytest.raises(VisemixError, match="two lip readers"):
        WordErrorRate(command="a", function="b:c")


def test_without_a_file_there_is_nothing_to_read(case: Case, reader: str) -> None:
    seen = WordErrorRate(command=reader).observe(
        attrs.evolve(case, made=attrs.evolve(case.made, file=None))
    )
    assert math.isnan(float(seen.values["value"])) and "no video file" in seen.note
