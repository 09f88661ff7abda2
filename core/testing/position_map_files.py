"""The files of a position-map network that has learned nothing."""

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

SIZE, SIDE, MARGIN = 32, 20, 6
"""Of the map, of the face in its middle, and beside that, px."""


def write_position_map(folder: Path, network: nn.Module) -> Path:
    """``folder`` with the network's weights and index files that fit it.

    Args:
        folder: to be made.
        network: pictures [B, 3, 32, 32] to maps of the same shape; its batch norms take the
            statistics of noise, so that what it sees does not die out.
    """
    folder.mkdir()
    for norm in network.modules():
        if isinstance(norm, nn.BatchNorm2d):
            norm.momentum = 1.0
    network.train()(torch.rand(4, 3, SIZE, SIZE))
    weights = {name: x.contiguous() for name, x in network.state_dict().items()}
    save_file(weights, folder / "network.safetensors", {"size": str(SIZE)})
    rows, columns = np.mgrid[MARGIN : MARGIN + SIDE, MARGIN : MARGIN + SIDE]
    np.savetxt(folder / "face_ind.txt", (rows * SIZE + columns).ravel(), "%d")
    corner = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)[:-1, :-1].ravel()
    lower = np.stack((corner, corner + SIDE, corner + 1), 1)
    upper = np.stack((corner + 1, corner + SIDE, corner + SIDE + 1), 1)
    np.savetxt(folder / "triangles.txt", np.concatenate((lower, upper)), "%d")
    marks = np.random.default_rng(0).integers(MARGIN, MARGIN + SIDE, (2, 68))
    np.savetxt(folder / "uv_kpt_ind.txt", marks, "%d")
    return folder
