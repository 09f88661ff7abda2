"""``visemix generate`` where everything is as it should be."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from visemix.core.media.video_out import read_metadata

Run = Callable[..., Any]
Make = Callable[..., Path]


def test_a_video_is_made(quick: Run, tone: Make, face: Path, folder: Path, watch: Run) -> None:
    result = quick(tone(), face)
    assert (result.code, result.out, result.err) == (0, "wrote out.mp4\n", "")
    made = watch(folder / "out.mp4")
    assert made.pictures.shape == (15, 128, 192, 3)
    assert made.sound_s == pytest.approx(0.6, abs=1 / 25)
    assert sorted(p.name for p in folder.iterdir()) == ["face.mp4", "out.mp4", "speech.wav"]
    top = made.pictures[:, 0].mean((1, 2))
    assert top.min() < 30 < 60 < made.pictures[:, -1].mean()  # the bar of a mouth that opens
