"""Action units in the default recipe, by the command line: trained, then a photo speaks."""

import os
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

import visemix
from visemix.core.media.video_in import VideoReader
from visemix.core.subjects.folder import save_subject
from visemix.core.testing.samples import sample_noise, sample_subject

CHANGES = ("audio_encoder.part=mfcc", "attribute_model.part=audio2au-expression")


def visemix_command(*words: str | Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "visemix", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        timeout=600,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_the_default_recipe_speaks_through_action_units(tmp_path: Path) -> None:
    save_subject(sample_subject(), tmp_path / "data" / "a")
    sets = [word for change in CHANGES for word in ("--set", change)]
    visemix_command(
        *("train", "--recipe", "default", *sets, "--accelerator", "cpu"),
        *("--set", "training.stages=[pre-train]", "--set", "training.steps=3"),
        *("--data", tmp_path / "data", "-o", tmp_path / "run"),
    )
    assert [path.stem for path in (tmp_path / "run/weights").iterdir()] == ["attribute_model"]
    samples = (sample_noise(0.4, 16_000).samples.numpy() * 32767).astype(np.int16)
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(samples.tobytes())
    photo = Path(visemix.__file__).parent / "registry" / "demo" / "astronaut.jpg"
    visemix_command(
        *("generate", "--checkpoint", tmp_path / "run", "--audio", tmp_path / "a.wav"),
        *("--reference", photo, "-o", tmp_path / "out.mp4"),
    )
    with VideoReader(tmp_path / "out.mp4", 25.0) as video:
        pictures = [picture for _, picture in video]
    assert len(pictures) == 10
