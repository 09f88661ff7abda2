"""``visemix compare`` on recipes and metrics that cost nothing."""

import csv
import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from visemix.core.judging.comparison import CONTROLS, Comparison
from visemix.core.media.video_in import probe
from visemix.core.testing.videos import pictures_digest

QUICK = Path(__file__).parents[1] / "quick/recipe.yaml"


def harmful(folder: Path, how: str) -> str:
    """A recipe that does harm."""
    text = QUICK.read_text().replace("part: quick-refiner", f"part: harmful, how: {how}")
    (folder / f"{how}.yaml").write_text(text)
    return f"{how}.yaml"


def test_recipes_beside_controls(arena: Any) -> None:
    arena.write("[difference, {part: difference, times: 2}, spread, seconds, careless, unarmed]")
    rows = ["quick", *(harmful(arena.folder, how) for how in ("exit", "nan")), "nobody.yaml"]
    done = arena.run(*arena.words(*rows), "--jobs", 2)
    assert done.code == 2, done.err
    found = arena.comparison()
    names = [system.name for system in found.systems]
    assert names == [*CONTROLS, "quick", "exit", "nan", "nobody.yaml"]
    check_failures(found)
    check_values(found)
    assert {v.system for v in found.videos} == {*CONTROLS, "quick"}
    for made in found.videos:
        assert probe(arena.folder / "report" / made.video).frame_count == 10
        assert (arena.folder / "report" / made.sheet).is_file()
    with (arena.folder / "report/values.csv").open() as file:
        assert len(list(csv.DictReader(file))) == len(found.values)
    assert (arena.folder / "report/report.html").is_file()
    quick = next(s for s in found.systems if s.name == "quick")
    assert "quick: code Apache-2.0" in quick.licenses[0]
    assert "refiner: {part: quick/quick-refiner" in quick.recipe


def check_failures(found: Comparison) -> None:
    """Everything that went wrong is a row, told once per video."""
    failed = {(f.system, f.clip, f.stage): f.what for f in found.failures}
    assert len(failed) == len(found.failures) == 3 * 2 + len(CONTROLS) + 1
    for clip in ("one", "two"):
        assert failed["exit", clip, "make"] == "its process ended with exit code 7"
        assert "Frames.rgb" in failed["nan", clip, "make"]
        assert "cannot be read" in failed["nobody.yaml", clip, "recipe"]
    for row in (*CONTROLS, "quick"):
        assert failed[row, "two", "metric careless"] == "ZeroDivisionError: oops"


def check_values(found: Comparison) -> None:
    """Every metric has its figure, or says why not."""
    values = {(v.system, v.clip, v.metric): v for v in found.values}
    figures = [values[name, "one", "difference"].value for name in CONTROLS]
    truth, encoded, still = figures[:3]
    assert truth is not None and encoded is not None and still is not None
    assert truth == 0 < encoded < still
    assert values["still", "one", "difference times=2"].value == pytest.approx(2 * still)
    assert values["quick", "one", "careless"].value == len("bin blue")
    assert values["quick", "two", "careless"].note.startswith("ZeroDivisionError: oops")
    assert values["quick", "one", "unarmed"].value is None
    assert "it has no weights" in values["quick", "one", "unarmed"].note
    assert values["still", "one", "seconds"].note == "nothing was timed"
    assert (values["quick", "one", "seconds"].value or 0) > 0
    pooled = {row.system: row for row in found.pooled}
    assert len(pooled["quick"].replicates) == 500
    assert not pooled["exit"].replicates


def test_a_checkpoint_says_how_it_was_trained(arena: Any) -> None:
    quick = ("--recipe", "quick")
    assert arena.run("prepare", "data/a.mp4", "-o", "set", *quick).code == 0
    assert arena.run("train", "--data", "set", "-o", "run", *quick).code == 0
    done = arena.run(*arena.words("run"))
    assert done.code == 0, done.err
    (row,) = [system for system in arena.comparison().systems if not system.control]
    assert row.name == "run"
    assert row.training.startswith("1 clips; general 20 steps in ")
    assert row.training.endswith("it has seen all of a.mp4, which is tested here")


def test_what_was_made_is_not_made_again(arena: Any) -> None:
    assert arena.run(*arena.words("quick")).code == 0
    before = stamps(arena.folder / "report/work")
    arena.write("[difference, spread]")
    assert arena.run(*arena.words("quick")).code == 0
    after = stamps(arena.folder / "report/work")
    assert before.items() <= after.items()
    new = [Path(name).name for name in after.keys() - before.keys()]
    assert len(new) == 2 * (len(CONTROLS) + 1)
    assert all(name.startswith("spread-") for name in new)


def stamps(work: Path) -> dict[str, int]:
    kept = [*work.glob("clips/*/*"), *work.glob("cases/*/video.mp4"), *work.glob("cases/*/*/*")]
    return {str(path.relative_to(work)): path.stat().st_mtime_ns for path in kept}


def test_missing_and_changed_clips_are_rows(arena: Any) -> None:
    data = arena.folder / "data"
    (data / "a.mp4").unlink()
    done = arena.run(*arena.words("quick"))
    assert done.code == 2
    assert "a.mp4: there is no such file" in done.err
    found = arena.comparison()
    assert {v.clip for v in found.values} == {"two"}
    assert {f.clip for f in found.failures} == {"one"}
    assert len(found.failures) == len(CONTROLS) + 1
    (data / "b.mp4").write_bytes((data / "b.mp4").read_bytes() + b"x")
    assert arena.run(*arena.words("quick"), "--json").code == 2
    assert "its content is not that of the protocol" in arena.comparison().failures[-1].what
    assert not arena.comparison().values


def test_an_ablation_that_was_not_trained_says_how(arena: Any) -> None:
    for clip in (arena.folder / "data").glob("*.mp4"):
        clip.unlink()  # nothing is to be made: the rows are what counts
    rows = "{full: {}, slim: {set: [attribute_model.width=1], train: true, quoted: {lmd: 2.0}}}"
    text = f"{QUICK.read_text()}\nablations: {{source: Doe 2024, rows: {rows}}}\n"
    (arena.folder / "mine.yaml").write_text(text)
    done = arena.run(*arena.words("--ablate", "mine.yaml", "--checkpoints", "runs"))
    assert done.code == 2
    found = arena.comparison()
    assert [s.name for s in found.systems] == [*CONTROLS, "full", "slim"]
    (quoted,) = found.quoted
    assert (quoted.system, quoted.metric, quoted.value) == ("slim", "lmd", 2.0)
    remedy = {f.system: f.do for f in found.failures}
    runs = arena.folder / "runs"
    assert remedy["full"] == f"visemix train --recipe mine.yaml --data DATA -o {runs / 'full'}"
    assert "--set 'attribute_model.width=1'" in remedy["slim"]


def test_a_plugin_that_dies_is_a_row(arena: Any, site: Any) -> None:
    arena.write(seeds="[0, 1]")
    recipe = QUICK.read_text()
    (arena.folder / "slow.yaml").write_text(
        recipe.replace("part: quick-refiner", "part: quick-refiner, wait: 9.0")
    )
    done = arena.run(*arena.words("slow.yaml"), "--limit", 5, "--json")
    assert done.code == 2
    assert all("was not done after 5 s" in text for text in done.data["failures"])
    assert len(done.data["failures"]) == 4
    kept = {p: p.stat().st_mtime_ns for p in (arena.folder / "report/work").glob("cases/*.failed")}
    assert len(kept) == 4
    assert arena.run(*arena.words("slow.yaml")).code == 2
    assert {path: path.stat().st_mtime_ns for path in kept} == kept  # not tried again


@pytest.mark.slow
def test_killed_at_any_moment_it_goes_on(arena: Any) -> None:
    arena.write("[{part: difference, wait: 0.1}, spread]", seeds="[0, 1]")
    words = arena.words("quick", "again=quick")
    words[-1] = "whole"
    assert arena.run(*words).code == 0
    for delay in (1, 3, 5, 7, 9):
        process = arena.start(*arena.words("quick", "again=quick"))
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.communicate()
    assert arena.run(*arena.words("quick", "again=quick")).code == 0
    whole, killed = (told(arena.folder / name) for name in ("whole", "report"))
    assert whole == killed
    assert not running(arena.folder / "report")


def told(report: Path) -> dict[str, Any]:
    """What a report says, without the time it was begun."""
    data: dict[str, Any] = json.loads((report / "comparison.json").read_text())
    data["created"] = ""
    for made in data["videos"]:
        made["video"] = pictures_digest(report / made["video"])
    return data


def running(report: Path) -> list[str]:
    """Processes that still work for a report."""
    own = str(report)
    return [p.name for p in Path("/proc").glob("[0-9]*") if own in _links(p)]


def _links(process: Path) -> str:
    try:
        return " ".join(str(fd.readlink()) for fd in (process / "fd").iterdir())
    except OSError:
        return ""


def test_ctrl_c_stops_everything(arena: Any) -> None:
    arena.write("[{part: difference, wait: 9.0}]")
    process = arena.start(*arena.words("quick"))
    cases = arena.folder / "report/work/cases"
    end = time.monotonic() + 60
    while not list(cases.glob("*/measured")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, "visemix: stopped\n")
    assert not list(cases.glob("*.failed"))
    assert not running(arena.folder / "report")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "there is no recipe to compare"),
        (["quick", "quick"], "2 rows are called 'quick'"),
        (["still=quick"], "'still' is a control"),
        (["quick", "--protocol", "qick"], "no protocol 'qick'"),
        (["quick", "--jobs", "0"], "expected at least 1"),
        (["quick", "--ray", "nowhere:1"], "ray"),
    ],
)
def test_what_cannot_be_asked_for(arena: Any, words: list[str], message: str) -> None:
    if "--ray" in words:
        pytest.importorskip("ray")
    done = arena.run(*arena.words(), *words)
    assert done.code == 2
    assert message in done.err.lower() if message == "ray" else message in done.err


def test_another_folder_is_left_alone(arena: Any) -> None:
    (arena.folder / "report").mkdir()
    (arena.folder / "report/thesis.txt").write_text("mine")
    done = arena.run(*arena.words("quick"))
    assert done.code == 2 and "did not write" in done.err
