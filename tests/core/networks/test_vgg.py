from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from visemix.core.errors import CheckpointError
from visemix.core.networks.vgg import MEAN, STD, load_vgg19

LAYOUT = (64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0, 512, 512, 512, 512, 0, 512, 512, 512, 512)
"""Channels of torchvision's convolutions, each followed by a ReLU; 0 is a pooling."""

RELUS = (1, 6, 11, 20, 29)


def torchvision_layers() -> nn.Sequential:
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    before = 3
    for channels in LAYOUT:
        if not channels:
            layers.append(nn.MaxPool2d(2))
            continue
        layers += [nn.Conv2d(before, channels, 3, padding=1), nn.ReLU()]
        before = channels
    return nn.Sequential(*layers)


def state_dict(layers: nn.Module) -> dict[str, Tensor]:
    stored = {f"features.{name}": value.detach() for name, value in layers.state_dict().items()}
    return {**stored, "classifier.6.bias": torch.zeros(1000)}


def test_torchvision_s_weights_give_torchvision_s_activations(tmp_path: Path) -> None:
    layers = torchvision_layers()
    save_file(state_dict(layers), tmp_path / "vgg19.safetensors")
    pictures = torch.rand(1, 3, 32, 48) * 2 - 1
    found = load_vgg19(tmp_path / "vgg19.safetensors")(pictures)
    mean, std = (torch.tensor(v)[:, None, None] for v in (MEAN, STD))
    values = ((pictures + 1) / 2 - mean) / std
    expected = []
    for place, layer in enumerate(layers):
        values = layer(values)
        if place in RELUS:
            expected.append(values)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other)


def test_other_weights_are_refused(tmp_path: Path) -> None:
    save_file({"features.0.weight": torch.zeros(64, 3, 3, 3)}, tmp_path / "other.safetensors")
    with pytest.raises(CheckpointError, match=r"features\.0\.bias and 24 more are missing"):
        load_vgg19(tmp_path / "other.safetensors")


def test_weights_of_another_size_are_refused(tmp_path: Path) -> None:
    stored = state_dict(torchvision_layers())
    stored["features.5.weight"] = torch.zeros(128, 32, 3, 3)
    save_file(stored, tmp_path / "thin.safetensors")
    with pytest.raises(CheckpointError, match="do not fit"):
        load_vgg19(tmp_path / "thin.safetensors")
