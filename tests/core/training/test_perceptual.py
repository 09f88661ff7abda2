from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from visemix.core.errors import TrainingError
from visemix.core.networks.vgg import Vgg19
from visemix.core.training.perceptual import (
    VGG19_WEIGHTS,
    PerceptualChoice,
    PerceptualLoss,
    perceptual_loss,
)


class TwoLevels(nn.Module):
    def forward(self, pictures: Tensor) -> list[Tensor]:
        return [pictures, pictures.mean((2, 3))]


def test_levels_are_weighted_means_of_absolute_differences() -> None:
    made = torch.zeros(1, 3, 32, 32)
    real = made.clone()
    real[:, 0, :16] = 1.0  # one channel, half of it: 1/6
    loss = PerceptualLoss("two", TwoLevels(), (6.0, 12.0))
    assert float(loss(made, real)) == pytest.approx(6 / 6 + 12 / 6)


def test_the_gradient_flows_to_what_was_made_only() -> None:
    made = torch.rand(1, 3, 32, 32, requires_grad=True)
    real = torch.rand(1, 3, 32, 32, requires_grad=True)
    torch.autograd.backward([PerceptualLoss("two", TwoLevels(), (1.0, 1.0))(made, real)])
    assert made.grad is not None
    assert real.grad is None


def test_the_substitute_sees_what_blur_takes_away() -> None:
    torch.manual_seed(0)
    loss = perceptual_loss(PerceptualChoice("efficientnet-lite0"))
    assert loss is not None
    assert loss.name == "efficientnet-lite0"
    real = torch.rand(1, 3, 64, 64) * 2 - 1
    blurred = nn.functional.avg_pool2d(real, 5, 1, 2)
    brighter = (real + float((blurred - real).abs().mean())).clamp(-1, 1)
    assert float(loss(real, real)) == 0
    assert float(loss(blurred, real)) > float(loss(brighter, real)) > 0


def test_vgg19_is_taken_if_its_weights_are_given(tmp_path: Path) -> None:
    network = Vgg19()
    places = (0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28)
    stored = {
        f"features.{place}.{kind}": getattr(conv, kind).detach()
        for place, conv in zip(places, network.convolutions, strict=True)
        for kind in ("weight", "bias")
    }
    save_file(stored, tmp_path / "vgg.safetensors")
    loss = perceptual_loss(PerceptualChoice(vgg19=tmp_path / "vgg.safetensors"))
    assert loss is not None
    assert loss.name == "vgg19"
    made, real = torch.rand(2, 1, 3, 32, 32)
    with torch.no_grad():
        levels = zip(VGG19_WEIGHTS, network(made), network(real), strict=True)
        expected = sum(w * (a - b).abs().mean() for w, a, b in levels)
    assert float(loss(made, real)) == pytest.approx(float(expected))


def test_choices() -> None:
    assert PerceptualChoice().name == "efficientnet-lite0"
    assert perceptual_loss(PerceptualChoice("none")) is None
    with pytest.raises(TrainingError, match="VGG19's weights are not given"):
        perceptual_loss(PerceptualChoice("vgg19"))
    with pytest.raises(TrainingError, match="expected one of auto, vgg19"):
        perceptual_loss(PerceptualChoice("alexnet"))


def test_small_pictures_are_refused() -> None:
    small = torch.zeros(1, 3, 16, 16)
    with pytest.raises(TrainingError, match="16 px are too small"):
        PerceptualLoss("two", TwoLevels(), (1.0, 1.0))(small, small)
