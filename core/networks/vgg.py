"""The convolutions of VGG19 (Simonyan and Zisserman, 2015), for weights that a user has.

The weights are torchvision's ``vgg19`` state dict, stored as safetensors; no package brings them.
"""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from visemix.core.errors import CheckpointError
from visemix.core.training.checkpoint import load_module, read_tensors

STAGES = ((64, 2), (128, 2), (256, 4), (512, 4), (512, 1))
"""Channels and convolutions between two poolings, up to relu5_1."""

MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
"""Of the pictures (in [0, 1]) that the weights were learned from."""

_PLACES = (0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28)
"""Where torchvision's list ``features`` has its convolutions, up to conv5_1."""


class Vgg19(nn.Module):
    """Pictures to the activations relu1_1, relu2_1, relu3_1, relu4_1 and relu5_1."""

    def __init__(self) -> None:
        super().__init__()
        widths = [channels for channels, count in STAGES for _ in range(count)]
        pairs = zip([3, *widths[:-1]], widths, strict=True)
        self.convolutions = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1) for a, b in pairs)

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """Of [B, 3, H, W] in [-1, 1]; every level has half the size of that before."""
        mean, std = (pictures.new_tensor(v)[:, None, None] for v in (MEAN, STD))
        values = ((pictures + 1) / 2 - mean) / std
        levels: list[Tensor] = []
        remaining = iter(self.convolutions)
        for level, (_, count) in enumerate(STAGES):
            values = nn.functional.max_pool2d(values, 2) if level else values
            values = torch.relu(next(remaining)(values))
            levels.append(values)
            for _ in range(count - 1):
                values = torch.relu(next(remaining)(values))
        return levels


def load_vgg19(path: Path) -> Vgg19:
    """VGG19 with a user's weights, which learn no more.

    Args:
        path: safetensors file with torchvision's names ("features.0.weight", ...); what is not
            needed (the classifier, the last convolutions) is passed over.

    Raises:
        CheckpointError: missing, damaged, or weights of something else.
    """
    stored = read_tensors(path)
    network = Vgg19()
    load_module(network, _renamed(stored, path), path)
    return network.eval().requires_grad_(False)


def _renamed(stored: Mapping[str, Tensor], path: Path) -> dict[str, Tensor]:
    wanted = {
        f"features.{place}.{kind}": f"convolutions.{number}.{kind}"
        for number, place in enumerate(_PLACES)
        for kind in ("weight", "bias")
    }
    missing = [name for name in wanted if name not in stored]
    if missing:
        what = (
            f"these are not VGG19's weights: {missing[0]} and {len(missing) - 1} more are missing"
        )
        do = "store torchvision's vgg19 state dict as safetensors"
        raise CheckpointError(what, where=path, do=do)
    return {new: stored[old].float() for old, new in wanted.items()}
