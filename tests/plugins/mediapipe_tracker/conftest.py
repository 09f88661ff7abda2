"""A real face, and clips made of it by moving and covering it."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from visemix.core.values.subject import Picture
from visemix.plugins.mediapipe_tracker.engine import EngineSettings, Landmarks
from visemix.plugins.mediapipe_tracker.looking import Looker


@pytest.fixture(scope="session")
def portrait() -> Picture:
    """The head of the astronaut (public domain), 256 x 256."""
    read: Callable[[], NDArray[np.uint8]] = data.astronaut
    picture = read()[:256, 100:356]
    return np.ascontiguousarray(picture)


@pytest.fixture(scope="session")
def face(portrait: Picture) -> Landmarks:
    """Her landmarks in the portrait, px."""
    with Looker(EngineSettings()) as looker:
        (found,) = looker.photo(portrait)
    return found
