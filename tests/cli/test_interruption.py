"""Ctrl-C and kill -9 at any moment: nothing half-written under a final name, and it goes on."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Make = Callable[..., Path]

SLOW_LOOK = ("--set", "tracker.wait=0.2")
SLOW_DRAW = ("--set", "refiner.wait=0.2")


def wait_for(happened: Callable[[], object], process: "subprocess.Popen[str]") -> None:
    end = time.monotonic() + 60
    while not happened():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)


def parts(folder: Path) -> Callable[[], list[Path]]:
    return lambda: [path for path in folder.rglob(".*.part*") if path.exists()]


@pytest.fixture
def words(tone: Make, face: Path) -> list[object]:
    sound, name = tone("speech.wav", 1.0), "out.mp4"
    return ["generate", "--audio", sound, "--reference", face, "-o", name, "--recipe", "quick"]


def stop(process: "subprocess.Popen[str]", number: int) -> tuple[str, str]:
    process.send_signal(number)
    return process.communicate(timeout=60)


@pytest.mark.parametrize("slow", [SLOW_LOOK, SLOW_DRAW], ids=["tracking", "making"])
def test_ctrl_c_in_generate(
    slow: tuple[str, str], words: list[object], start: Run, quick: Run, folder: Path, site: Any
) -> None:
    process = start(*words, *slow)
    where = site.cache if slow is SLOW_LOOK else folder
    wait_for(parts(where), process)
    time.sleep(0.5)
    assert stop(process, signal.SIGINT) == ("", "visemix: stopped\n")
    assert process.returncode == 130
    assert sorted(path.name for path in folder.iterdir()) == ["face.mp4", "speech.wav"]
    assert not parts(site.cache)()
    assert quick("speech.wav", "face.mp4").code == 0


def test_ctrl_c_keeps_the_prepared_subject(
    words: list[object], start: Run, cli: Run, folder: Path, site: Any
) -> None:
    process = start(*words, *SLOW_DRAW)
    wait_for(parts(folder), process)
    stop(process, signal.SIGINT)
    (kept,) = site.cache.glob("subjects/*/tensors.safetensors")
    before = kept.stat().st_mtime_ns
    assert cli(*words).code == 0
    assert [p.stat().st_mtime_ns for p in site.cache.glob("subjects/*/*.safetensors")] == [before]


@pytest.mark.parametrize("slow", [SLOW_LOOK, SLOW_DRAW], ids=["tracking", "making"])
def test_kill_in_generate(
    slow: tuple[str, str], words: list[object], start: Run, cli: Run, folder: Path, site: Any
) -> None:
    process = start(*words, *slow)
    where = site.cache if slow is SLOW_LOOK else folder
    wait_for(parts(where), process)
    stop(process, signal.SIGKILL)
    assert not (folder / "out.mp4").exists()
    left = parts(where)()
    assert left
    for path in left:  # a young part may belong to a process in another container
        os.utime(path, (0, 0))
    assert cli(*words).code == 0
    assert (folder / "out.mp4").exists()
    assert not parts(folder)()
    assert not parts(site.cache)()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_prepare_goes_on(
    number: int, start: Run, cli: Run, video: Make, folder: Path, site: Any
) -> None:
    first = video("first.mp4", [[(40, 90)]] * 3)
    second = video("second.mp4", [[(50, 90)]] * 12)
    words = ["prepare", first, second, "-o", "data", "--recipe", "quick", *SLOW_LOOK]
    process = start(*words)
    wait_for(lambda: (folder / "data/first/features").exists(), process)
    wait_for(parts(folder), process)
    _, err = stop(process, number)
    assert err == ("visemix: stopped\n" if number == signal.SIGINT else "")
    assert [p.name for p in (folder / "data").iterdir() if p.name[0] != "."] == ["first"]
    done = folder / "data/first/subject.json"
    before = done.stat().st_mtime_ns
    assert cli(*words).code == 0
    assert done.stat().st_mtime_ns == before
    assert sorted(p.name for p in (folder / "data").iterdir()) == ["first", "second"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_training_goes_on(
    number: int, start: Run, cli: Run, face: Path, folder: Path, site: Any
) -> None:
    cli("prepare", face, "-o", "data", "--recipe", "quick")
    words = ["train", "--recipe", "quick", "--data", "data", "--save-every", "2"]
    slow = ["--set", "attribute_model.wait=0.05"]
    assert cli(*words, *slow, "-o", "whole").code == 0
    process = start(*words, *slow, "-o", "killed")
    steps = folder / "killed/stages/attribute_model.general"
    wait_for(lambda: len(list(steps.glob("step-*"))) == 2, process)
    _, err = stop(process, number)
    assert not (folder / "killed/weights").exists()
    if number == signal.SIGINT:
        assert (process.returncode, err) == (130, "visemix: stopped\n")
    refused = cli(*words, *slow, "-o", "killed")
    assert refused.code == 2 and "continue it with --resume" in refused.err.lower()
    (steps / f".step-000000020.{os.getpid()}.part").mkdir()  # killed while it saved
    assert cli(*words, *slow, "-o", "killed", "--resume").code == 0
    assert not list(steps.glob(".*"))
    name = "weights/attribute_model.safetensors"
    assert (folder / "killed" / name).read_bytes() == (folder / "whole" / name).read_bytes()


def test_ctrl_c_while_it_starts(words: list[object], start: Run, folder: Path, site: Any) -> None:
    """From the first line of visemix on there is one line and never a traceback."""
    for delay in (0.15, 0.2, 0.3, 0.5, 0.8, 1.2):
        process = start(*words)
        time.sleep(delay)
        _, err = stop(process, signal.SIGINT)
        if "visemix" in err or process.returncode == 130:  # else Python itself was starting
            assert err == "visemix: stopped\n"
            # An interrupted exec() of text makes CPython end by the signal, caught or not.
            assert process.returncode in (130, -signal.SIGINT)
