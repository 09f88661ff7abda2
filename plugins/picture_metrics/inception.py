"""Inception-v3 as FID uses it: the network of 2015 with 1,008 classes, up to its last pooling.

It differs from the usual one: mean poolings do not count the rim, and the very last one is a max
pooling (Heusel et al. 2017; ported to PyTorch by the package pytorch-fid, whose names of weights
are taken here).
"""

from pathlib import Path

from torch import Tensor, nn
from torch.nn import functional

from visemix.core.errors import CheckpointError
from visemix.core.training.checkpoint import load_module, read_tensors
from visemix.plugins.picture_metrics.inception_blocks import ONE, THREE, Layer, mixed_blocks

SIDE = 299
"""Of the pictures, px."""

CLASSES = 1008

_HEAD = ("fc.", "AuxLogits.")
_COUNT = "num_batches_tracked"  # older files have none, and it changes nothing


class FidInception(nn.Module):
    """Pictures to FID's features."""

    def __init__(self) -> None:
        super().__init__()
        self.Conv2d_1a_3x3 = Layer(3, 32, THREE, 2, same=False)
        self.Conv2d_2a_3x3 = Layer(32, 32, THREE, same=False)
        self.Conv2d_2b_3x3 = Layer(32, 64, THREE, same=True)
        self.Conv2d_3b_1x1 = Layer(64, 80, ONE, same=True)
        self.Conv2d_4a_3x3 = Layer(80, 192, THREE, same=False)
        self._mixed = []
        for name, block in mixed_blocks().items():
            self.add_module(f"Mixed_{name}", block)
            self._mixed.append(f"Mixed_{name}")

    def forward(self, pictures: Tensor) -> Tensor:
        """[B, 2048] of [B, 3, 299, 299] in [-1, 1]."""
        values = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(pictures)))
        values = self.Conv2d_3b_1x1(functional.max_pool2d(values, 3, 2))
        values = functional.max_pool2d(self.Conv2d_4a_3x3(values), 3, 2)
        for name in self._mixed:
            values = self.get_submodule(name)(values)
        features: Tensor = values.mean((2, 3))
        return features


def load_inception(path: Path) -> FidInception:
    """With a user's weights.

    Args:
        path: safetensors file of the state dict that pytorch-fid and torch-fidelity download.

    Raises:
        CheckpointError: missing, damaged, or another network, such as torchvision's of ImageNet.
    """
    stored = read_tensors(path)
    last = stored.get("fc.weight")
    if last is not None and len(last) != CLASSES:
        what = f"this Inception knows {len(last)} classes, that of FID {CLASSES}"
        raise CheckpointError(what, where=path, do="store the weights that pytorch-fid downloads")
    network = FidInception()
    counted = {k: v for k, v in network.state_dict().items() if k.endswith(_COUNT)}
    kept = {k: v for k, v in stored.items() if not k.startswith(_HEAD) and not k.endswith(_COUNT)}
    load_module(network, {**counted, **kept}, path)
    return network.eval().requires_grad_(False)
