"""Every example runs, with the real default recipe."""

import re
import subprocess
import sys
from pathlib import Path

import av
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SCRIPTS = sorted(path.name for path in EXAMPLES.glob("*.py"))
DEMO = Path(__file__).parents[2] / "registry" / "demo"

Environment = dict[str, str]


def run(
    name: str, words: list[str], cwd: Path, environment: Environment
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:__main__", str(EXAMPLES / name), *words],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture
def speech(tmp_path: Path) -> str:
    """The first second of the demo's voice."""
    path = tmp_path / "speech.wav"
    with av.open(str(DEMO / "speech.wav")) as source, av.open(str(path), "w") as made:
        stream = made.add_stream("pcm_s16le", rate=source.streams.audio[0].rate, layout="mono")
        for frame in source.decode(audio=0):
            if frame.time is None or frame.time >= 1.0:
                break
            frame.pts = None
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    return str(path)


def test_speak_from_wav(speech: str, tmp_path: Path, one_thread: Environment) -> None:
    face = str(DEMO / "astronaut.jpg")
    done = run("speak_from_wav.py", [speech, face, "out.mp4"], tmp_path, one_thread)
    assert "astronaut speaks in out.mp4" in done.stdout
    with av.open(str(tmp_path / "out.mp4")) as made:
        assert made.duration is not None
        assert abs(made.duration / av.time_base - 1.0) < 0.1


def test_speak_from_wav_has_fifteen_lines() -> None:
    text = (EXAMPLES / "speak_from_wav.py").read_text()
    code = re.sub(r'""".*?"""', "", text, flags=re.DOTALL)
    assert len([line for line in code.splitlines() if line.strip()]) <= 15


def test_inspect_each_stage(speech: str, tmp_path: Path, one_thread: Environment) -> None:
    done = run("inspect_each_stage.py", [speech, str(DEMO / "astronaut.jpg")], tmp_path, one_thread)
    arrows = re.findall(r"^(\S+) -> (\w+)$", done.stdout, re.MULTILINE)
    assert [value for _, value in arrows] == [
        "Track",
        "FaceFit",
        "AudioFeatures",
        "FaceAttributes",
        "Sources",
        "FaceGeometry",
        "Rendering",
        "Frames",
    ]
    assert re.search(r"^    vertices +\[25, 478, 3\] float32$", done.stdout, re.MULTILINE)
    assert re.search(r"^    rgb +\[25, 3, 512, 512\] uint8$", done.stdout, re.MULTILINE)


def test_swap_the_renderer(speech: str, tmp_path: Path, one_thread: Environment) -> None:
    words = [speech, str(DEMO / "astronaut.jpg")]
    done = run("swap_the_renderer.py", words, tmp_path, one_thread)
    found = re.search(r"^10 frames; the renderers differ by ([\d.]+) of", done.stdout, re.MULTILINE)
    assert found is not None, done.stdout
    assert float(found[1]) < 1.0


@pytest.mark.slow
def test_train_tiny(tmp_path: Path, one_thread: Environment) -> None:
    done = run("train_tiny.py", ["made"], tmp_path, one_thread)
    assert done.stdout.count("$ visemix") == 4
    assert (tmp_path / "made" / "out.mp4").stat().st_size > 10_000
    assert list((tmp_path / "made" / "run" / "weights").glob("*.safetensors"))


def test_every_example_is_run_and_listed() -> None:
    tested = set(re.findall(r'run\("(\w+\.py)"', Path(__file__).read_text()))
    assert tested == set(SCRIPTS)
    index = (EXAMPLES / "README.md").read_text()
    assert all(f"({name})" in index for name in [*SCRIPTS, "third_party_plugin/README.md"])
