"""LPIPS with random weights, against the implementation in torchmetrics."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
import torchmetrics.functional.image.lpips as published
from safetensors.torch import load_file, save_file
from torch import nn

from visemix.core.errors import CheckpointError
from visemix.core.judging.case import Case, Take
from visemix.core.values.subject import Picture
from visemix.plugins.picture_metrics.lpips_network import NETWORKS
from visemix.plugins.picture_metrics.lpips_weights import load_lpips
from visemix.plugins.picture_metrics.perceptual import Lpips

Film = Callable[[Sequence[Picture]], Take]


def features(name: str, path: Path) -> nn.Sequential:
    """What torchvision's network calls ``features``."""
    stored = load_file(path)
    layers: list[nn.Module] = []
    for conv in NETWORKS[name]:
        if conv.pool:
            layers.append(nn.MaxPool2d(conv.pool, 2))
        made = nn.Conv2d(conv.before, conv.after, conv.kernel, conv.stride, conv.padding)
        made.weight.data = stored[f"features.{conv.place}.weight"]
        made.bias = nn.Parameter(stored[f"features.{conv.place}.bias"])
        assert len(layers) == conv.place
        layers += [made, nn.ReLU(inplace=False)]
    return nn.Sequential(*layers)


@pytest.mark.parametrize("name", ["alex", "vgg"])
def test_it_is_the_number_of_torchmetrics(
    name: str, alexnet: Path, vgg16: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = alexnet if name == "alex" else vgg16
    monkeypatch.setattr(published, "_get_tv_model_features", lambda *_, **__: features(name, path))
    theirs = published._LPIPS(net=name, pnet_rand=True)  # type: ignore[arg-type]  # alex or vgg
    random = torch.Generator().manual_seed(0)
    made, real = (2 * torch.rand(2, 3, 64, 64, generator=random) - 1 for _ in range(2))
    wanted = theirs(made, real).flatten()
    assert torch.allclose(load_lpips(path)(made, real), wanted, atol=1e-5, rtol=1e-4)
    assert float(wanted.min()) > 0.01


def test_the_whole_state_dict_of_the_package_is_read(alexnet: Path, tmp_path: Path) -> None:
    slices = {0: 1, 3: 2, 6: 3, 8: 4, 10: 5}
    stored = {k: v for k, v in load_file(alexnet).items() if k.startswith("features")}
    renamed = {}
    for key, value in stored.items():
        _, place, kind = key.split(".")
        renamed[f"net.slice{slices[int(place)]}.{place}.{kind}"] = value
    for number, width in enumerate((64, 192, 384, 256, 256)):
        renamed[f"lin{number}.model.1.weight"] = torch.full((1, width, 1, 1), 0.5)
    renamed["scaling_layer.shift"] = torch.zeros(1, 3, 1, 1)
    save_file(renamed, tmp_path / "lpips.safetensors")
    network = load_lpips(tmp_path / "lpips.safetensors")
    assert all(bool((weight == 0.5).all()) for weight in network.linear)
    del renamed["lin3.model.1.weight"]
    save_file(renamed, tmp_path / "lacking.safetensors")
    with pytest.raises(CheckpointError, match="4 layers of LPIPS, alex has 5"):
        load_lpips(tmp_path / "lacking.safetensors")


def test_a_nearer_picture_is_nearer(film: Film, noise: list[Picture], alexnet: Path) -> None:
    metric = Lpips(weights=str(alexnet))
    nearly = [
        (p + np.random.default_rng(3).integers(0, 9, p.shape)).astype(np.uint8) for p in noise
    ]
    other = noise[::-1]
    real = film(noise)
    values = [
        metric.conclude([metric.observe(Case(film(made), real, real))])
        for made in (noise, nearly, other)
    ]
    assert values[0] == 0
    assert 0 < values[1] < values[2]
    assert metric.observe(Case(real, real, real)).note == "48 x 40 px, alex"


def test_what_can_be_wrong_with_the_weights(tmp_path: Path, vgg16: Path) -> None:
    with pytest.raises(CheckpointError, match="needs weights"):
        Lpips()
    with pytest.raises(CheckpointError, match="no such file"):
        Lpips(weights=str(tmp_path / "no.safetensors"))
    stored = load_file(vgg16)
    del stored["features.28.bias"]
    save_file(stored, tmp_path / "lacking.safetensors")
    with pytest.raises(CheckpointError, match="do not fit"):
        load_lpips(tmp_path / "lacking.safetensors")
    save_file({"features.0.weight": torch.zeros(8, 3, 7, 7)}, tmp_path / "other.safetensors")
    with pytest.raises(CheckpointError, match="neither AlexNet nor VGG16"):
        load_lpips(tmp_path / "other.safetensors")
    pickled = tmp_path / "alex.pth"
    torch.save({}, pickled)
    with pytest.raises(CheckpointError, match="pickles"):
        load_lpips(pickled)


def test_too_small_pictures_are_not_measured(film: Film, alexnet: Path) -> None:
    small = film([np.zeros((16, 64, 3), np.uint8)])
    seen = Lpips(weights=str(alexnet)).observe(Case(small, small, small))
    assert math.isnan(float(seen.values["value"])) and seen.note == "64 x 16 px is too small"
