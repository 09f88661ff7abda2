from pathlib import Path

import pytest
import torch

from visemix.core.errors import CheckpointError
from visemix.core.training.session import save_part
from visemix.plugins.lstm_pose.learn_general import shorten
from visemix.plugins.lstm_pose.model import LstmPose


def test_short_weights_are_nearly_the_same(trained: LstmPose, tmp_path: Path) -> None:
    save_part(tmp_path, "attribute_model", trained)
    shorten(tmp_path, tmp_path / "short.safetensors")
    small = {"width": 24, "members": 2, "hidden": 8, "narrow": 6, "directions": 8}
    again = LstmPose(weights=str(tmp_path / "short.safetensors"), **small)  # type: ignore[arg-type]  # ints only
    for name, value in trained.weights().items():
        assert torch.allclose(again.weights()[name], value, rtol=1e-3, atol=1e-4), name


def test_a_run_without_weights(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="missing"):
        shorten(tmp_path, tmp_path / "short.safetensors")
