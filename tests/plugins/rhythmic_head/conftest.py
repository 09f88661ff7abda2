from pathlib import Path

import pytest
import torch

from visemix.core.testing.position_map_files import write_position_map
from visemix.plugins.rhythmic_head.position_network import PositionMapNetwork


@pytest.fixture
def position_map_folder(tmp_path: Path) -> Path:
    """A network that has learned nothing; its map's middle 20 x 20 of 32 x 32 are the face."""
    torch.manual_seed(0)
    return write_position_map(tmp_path / "position-map", PositionMapNetwork(width=2))
