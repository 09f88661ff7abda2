"""FID's network and what it is loaded from."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from visemix.core.errors import CheckpointError
from visemix.plugins.picture_metrics.inception import FidInception, load_inception

WITH_1000_CLASSES = 23_834_568
"""Numbers in the Inception-v3 of Keras' and PyTorch's model zoos, without auxiliary classifier."""


@pytest.fixture(scope="module")
def weights() -> dict[str, Tensor]:
    """As pytorch-fid names them; the old file counts no batches."""
    torch.manual_seed(4)
    own = FidInception().state_dict()
    kept = {name: value for name, value in own.items() if not name.endswith("batches_tracked")}
    return {**kept, "fc.weight": torch.zeros(1008, 2048), "fc.bias": torch.zeros(1008)}


def test_it_has_the_public_number_of_weights() -> None:
    count = sum(p.numel() for p in FidInception().parameters())
    assert count == WITH_1000_CLASSES - 1000 * 2049


def test_the_public_names_are_read(weights: dict[str, Tensor], tmp_path: Path) -> None:
    for name in ("Mixed_5b.branch5x5_2.conv.weight", "Mixed_6e.branch7x7dbl_5.bn.running_var"):
        assert name in weights
    assert weights["Mixed_7c.branch3x3dbl_3b.conv.weight"].shape == (384, 384, 3, 1)
    save_file(weights, tmp_path / "inception.safetensors")
    network = load_inception(tmp_path / "inception.safetensors")
    features = network(torch.zeros(1, 3, 299, 299))
    assert features.shape == (1, 2048) and bool(features.isfinite().all())


def test_other_inceptions_are_refused(weights: dict[str, Tensor], tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    save_file({**weights, "fc.weight": torch.zeros(1000, 2048)}, path)
    with pytest.raises(CheckpointError, match="knows 1000 classes, that of FID 1008"):
        load_inception(path)
    save_file({k: v for k, v in weights.items() if "6c" not in k}, path)
    with pytest.raises(CheckpointError, match="do not fit"):
        load_inception(path)
