"""The maker of the listener."""

from pathlib import Path

import attrs
import pytest
import torch
from safetensors import safe_open

from visemix.core.errors import DatasetError
from visemix.core.testing.samples import sample_subject
from visemix.plugins.sync_metrics.learn_listener import learn, main


def test_what_it_learns_is_written_with_a_notice(tmp_path: Path) -> None:
    sample_subject().save(tmp_path / "sample")
    main([str(tmp_path / "sample"), "-o", str(tmp_path / "made.safetensors")])
    with safe_open(tmp_path / "made.safetensors", "pt") as stored:
        assert set(stored.keys()) == {"middle", "spread", "weights"}
        assert "GRID" in stored.metadata()["notice"]
        made = stored.get_tensor("weights")
    assert torch.allclose(made, learn([sample_subject()]).weights, atol=1e-5)


def test_clips_without_sound_are_refused() -> None:
    with pytest.raises(DatasetError, match="no sound"):
        learn([attrs.evolve(sample_subject(), audio=None)])
