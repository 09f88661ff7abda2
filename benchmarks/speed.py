"""Wall-clock time and peak memory of the real commands, each in a process of its own."""

import os
import subprocess
import sys
import time
from pathlib import Path

import attrs
import numpy as np

from benchmarks.clips import Clip, write_wav
from visemix.core.media.audio_in import read_audio

MAIN = [sys.executable, "-m", "visemix"]


@attrs.frozen
class Spent:
    """What one command took.

    Attributes:
        seconds: wall clock, start-up of Python included.
        peak_mb: largest resident memory of the process.
    """

    seconds: float
    peak_mb: float


def command(*words: str | Path | float, cache: Path) -> Spent:
    """Run ``visemix`` with these words; it must succeed."""
    env = {**os.environ, "VISEMIX_CACHE": str(cache)}
    start = time.perf_counter()
    child = subprocess.Popen([*MAIN, *map(str, words)], env=env, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"visemix {' '.join(map(str, words))} failed")
    return Spent(seconds, usage.ru_maxrss / 1024)


def long_sound(clip: Clip, path: Path, seconds: float) -> None:
    """The clip's sound over and over until it is ``seconds`` long."""
    audio = read_audio(clip.path, 16000)
    samples = audio.samples.numpy()
    count = round(seconds * audio.rate)
    write_wav(path, np.resize(samples, count), audio.rate)


def end_to_end(clip: Clip, folder: Path, seconds: float) -> Spent:
    """``visemix generate`` for so much sound, subject prepared and personal weights there."""
    subject = folder / f"{clip.name}-subject" / clip.path.stem
    if not subject.exists():
        command(
            "prepare", clip.path, "--max-seconds", clip.split_s, "-o", subject.parent, cache=folder
        )
        _generate(clip, subject, folder, 2.0)  # learns the person, compiles the kernels
    return _generate(clip, subject, folder, seconds)


def _generate(clip: Clip, subject: Path, folder: Path, seconds: float) -> Spent:
    audio, out = folder / f"{seconds:g}.wav", folder / f"{clip.name}-{seconds:g}.mp4"
    long_sound(clip, audio, seconds)
    return command(
        "generate", "--audio", audio, "--reference", subject, "-o", out, "--overwrite", cache=folder
    )


def quick(*words: str, repeats: int = 5) -> float:
    """Seconds of a command that only reads manifests: the median, Python's start included."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run([*MAIN, *words], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return float(np.median(times))
