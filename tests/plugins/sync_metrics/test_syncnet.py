"""The networks and what they are loaded from."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from visemix.core.errors import CheckpointError
from visemix.plugins.sync_metrics.syncnet import SyncNet, load_syncnet

PUBLISHED_BYTES = 54_573_114
"""Size of syncnet_v2.model: four bytes a number, and a little around them."""


def test_it_has_the_numbers_of_the_published_file() -> None:
    numbers = sum(value.numel() for value in SyncNet().state_dict().values())
    assert 0 < PUBLISHED_BYTES - 4 * numbers < 50_000


def test_the_published_names_are_read(syncnet: Path, tmp_path: Path) -> None:
    network = load_syncnet(syncnet)
    assert network.sound(torch.zeros(2, 1, 13, 20)).shape == (2, 1024)
    assert network.lips(torch.zeros(2, 3, 5, 224, 224)).shape == (2, 1024)
    stored = load_file(syncnet)
    del stored["netfcaud.3.weight"]
    save_file(stored, tmp_path / "lacking.safetensors")
    with pytest.raises(CheckpointError, match="1 differ"):
        load_syncnet(tmp_path / "lacking.safetensors")
