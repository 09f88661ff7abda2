"""Quick commands stay quick, and pipes stay clean."""

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Make = Callable[..., Path]

HEAVY = "torch av cv2 numba librosa mediapipe transformers lightning rich"
CODE = """
import sys
from visemix.registry.cli import main
code = main(sys.argv[2:])
print("loaded:", *sorted(set(sys.argv[1].split()) & set(sys.modules)), file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["generate", "--help"],
        ["reproduce", "--help"],
        ["prepare", "--help"],
        ["recipe", "list"],
        ["recipe", "check", "quick"],
        ["plugins", "list"],
        ["generate", "--audio", "a", "--reference", "b", "-o", "none/o.mp4"],
        ["generate", "--audio", "a", "--reference", "b", "-o", "o.avi"],
    ],
    ids=" ".join,
)
def test_quick_commands_load_nothing_heavy(words: list[str], site: Any, folder: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", CODE, HEAVY, *words],
        env=site.environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.stderr.splitlines()[-1] == "loaded:"


def test_making_a_video_does_not_load_what_trains(
    site: Any, tone: Make, face: Path, folder: Path
) -> None:
    words = ["--audio", str(tone()), "--reference", str(face), "-o", "o.mp4", "--recipe", "quick"]
    heavy = "lightning transformers mediapipe librosa matplotlib"
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", CODE, heavy, "generate", *words],
        env=site.environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (result.returncode, result.stderr) == (0, "loaded:\n")


def test_importing_visemix_loads_nothing(site: Any) -> None:
    code = "import sys, visemix; print('torch' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code],
        env=site.environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert result.stdout == "False\n"


def test_bars_are_for_terminals(
    site: Any, tone: Make, face: Path, folder: Path, process: Run
) -> None:
    words = ["generate", "--audio", tone(), "--reference", face, "--recipe", "quick"]
    slow = ["--set", "refiner.wait=0.05"]
    piped = process(*words, *slow, "-o", "a.mp4")
    assert (piped.out, piped.err) == ("wrote a.mp4\n", "")
    shown = on_a_terminal([str(word) for word in (*words, *slow, "-o", "b.mp4")], site, folder)
    assert "making the video" in shown
    assert "Traceback" not in shown


def on_a_terminal(words: list[str], site: Any, folder: Path) -> str:
    reader, writer = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "visemix", *words],
        env=site.environment | {"TERM": "xterm", "COLUMNS": "100"},
        cwd=folder,
        stdout=writer,
        stderr=writer,
        stdin=subprocess.DEVNULL,
    )
    os.close(writer)
    shown = b""
    while True:
        try:
            block = os.read(reader, 65536)
        except OSError:  # the other end is closed
            break
        if not block:
            break
        shown += block
    os.close(reader)
    assert process.wait(timeout=60) == 0
    return shown.decode(errors="replace")
