import pytest
import torch

from visemix.core.errors import CheckpointError
from visemix.core.networks import efficientnet_lite
from visemix.core.networks.efficientnet_lite import EfficientNetLite0, load_efficientnet_lite0


def test_it_has_the_published_size_up_to_its_last_block() -> None:
    count = sum(p.numel() for p in EfficientNetLite0().parameters())
    head = 1280 * 320 + 2 * 1280 + 1280 * 1000 + 1000
    assert count + head == 4_652_008  # 4.7 M parameters as published


def test_levels_halve_the_size_rounded_up() -> None:
    network = EfficientNetLite0().eval()
    with torch.no_grad():
        shapes = [tuple(level.shape[1:]) for level in network(torch.zeros(1, 3, 70, 64))]
    assert shapes == [(16, 35, 32), (24, 18, 16), (40, 9, 8), (112, 5, 4), (320, 3, 2)]


def test_levels_are_those_of_the_package_s_own_network() -> None:
    ramp = torch.linspace(-1, 1, 3 * 64 * 64).reshape(1, 64, 64, 3).permute(0, 3, 1, 2)
    network = load_efficientnet_lite0()
    assert not any(p.requires_grad for p in network.parameters())
    found = [float(level.abs().mean()) for level in network(ramp)]
    # Computed with efficientnet_lite_pytorch 0.1.0.
    assert found == pytest.approx([3.2053, 5.8380, 6.2617, 4.8612, 1.3502], abs=1e-3)


def test_a_missing_package_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(efficientnet_lite, "PACKAGE", "efficientnet_of_nobody")
    with pytest.raises(CheckpointError, match=r"not installed.*visemix\[perceptual\]"):
        load_efficientnet_lite0()
