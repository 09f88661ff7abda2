from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from visemix.plugins.rhythmic_head.position_network import PositionMapNetwork

SIZE, WIDTH, SIDE = 32, 2, 20


@pytest.fixture
def position_map_folder(tmp_path: Path) -> Path:
    """A network that has learned nothing; its map's middle 20 x 20 of 32 x 32 are the face."""
    folder = tmp_path / "position-map"
    folder.mkdir()
    torch.manual_seed(0)
    network = PositionMapNetwork(WIDTH)
    for norm in network.modules():
        if isinstance(norm, torch.nn.BatchNorm2d):
            norm.momentum = 1.0  # one look at noise sets the statistics, so that nothing dies out
    network(torch.rand(4, 3, SIZE, SIZE))
    weights = {name: x.contiguous() for name, x in network.state_dict().items()}
    save_file(weights, folder / "network.safetensors", {"size": str(SIZE)})
    rows, columns = np.mgrid[6 : 6 + SIDE, 6 : 6 + SIDE]
    np.savetxt(folder / "face_ind.txt", (rows * SIZE + columns).ravel(), "%d")
    corner = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)[:-1, :-1].ravel()
    lower = np.stack((corner, corner + SIDE, corner + 1), 1)
    upper = np.stack((corner + 1, corner + SIDE, corner + SIDE + 1), 1)
    np.savetxt(folder / "triangles.txt", np.concatenate((lower, upper)), "%d")
    marks = np.random.default_rng(0).integers(6, 6 + SIDE, (2, 68))
    np.savetxt(folder / "uv_kpt_ind.txt", marks, "%d")
    return folder
