"""A made-up FaceKit, and the real one where it is at hand."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from visemix.plugins.ict.expressions import EXPRESSIONS

REAL = Path(__file__).resolve().parents[4] / "shared" / "models" / "ict_face_fp16.npz"

FEW = 90
"""Vertices of a made-up face area."""


@pytest.fixture(scope="session")
def real_kit() -> Path:
    if not REAL.is_file():
        pytest.skip(f"there is no FaceKit at {REAL}")
    return REAL


@pytest.fixture(scope="session")
def arrays() -> dict[str, NDArray[np.float32]]:
    """A dome of a few vertices, with all expressions and three identities."""
    random = np.random.default_rng(0)
    neutral = random.uniform(-8, 8, (FEW, 3)).astype(np.float32)
    neutral[:, 2] = 10 - 0.05 * (neutral[:, :2] ** 2).sum(1)
    moved = random.normal(0, 0.1, (len(EXPRESSIONS), 1, 3)) * np.sin(neutral)
    people = random.normal(0, 0.3, (3, 1, 3)) * np.cos(neutral)
    return {
        "neutral": neutral.round(3),
        "exp": moved.astype(np.float32).round(3),
        "idn": people.astype(np.float32).round(3),
    }
