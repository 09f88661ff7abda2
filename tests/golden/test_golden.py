"""Pictures stay as they are. When one changed on purpose, run make_golden.py and look at it."""

import importlib.util
import json
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

HERE = Path(__file__).parent
TOLERANCE = {"composite": (0.5, 24), "mesh": (0.05, 2)}
"""Mean and largest difference in levels of 255, per picture: JPEG decoders and the last bit of
exponentials differ between machines, and sampling and edges multiply that."""


@cache
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_golden", HERE / "make_golden.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def drawn() -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    made: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.uint8]]] = maker().drawn()
    return made


@pytest.mark.parametrize("name", sorted(TOLERANCE))
def test_a_picture_is_as_it_was(name: str) -> None:
    with np.load(HERE / "frames.npz") as golden:
        before = golden[name].astype(int)
    apart = np.abs(drawn()[name].astype(int) - before)
    mean, most = TOLERANCE[name]
    assert before.std() > 10  # not an empty picture
    assert apart.mean() <= mean
    assert apart.max() <= most


def test_the_file_says_how_it_was_made() -> None:
    with np.load(HERE / "frames.npz") as golden:
        about = json.loads(str(golden["about"]))
        assert set(golden.files) == {"about", *TOLERANCE}
    assert {"commit", "seed", "torch", "numpy"} <= set(about)
