"""Action units in the default recipe, by the command line: trained, then a photo speaks."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from visemix.core.values.subject import Subject

CHANGES = ("audio_encoder.part=mfcc", "attribute_model.part=audio2au-expression")
SHORT = ("training.stages=[pre-train]", "training.steps=3")


@pytest.mark.slow
def test_the_default_recipe_speaks_through_action_units(
    subject: Subject,
    prepared: Callable[[Subject], Path],
    training: Callable[..., list[str]],
    visemix_command: Callable[..., str],
    photo_speaks: Callable[..., list[NDArray[np.uint8]]],
    tmp_path: Path,
) -> None:
    run = tmp_path / "run"
    visemix_command(*training("default", prepared(subject), run, *CHANGES, *SHORT))
    assert [path.stem for path in (run / "weights").iterdir()] == ["attribute_model"]
    assert len(photo_speaks(run, 0.4)) == 10
