from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from visemix.core.judging.case import Case, Take
from visemix.core.testing.control_cases import sample_controls
from visemix.core.values.rendering import Crop
from visemix.core.values.subject import Picture
from visemix.plugins.picture_metrics.lpips_network import NETWORKS


class Listed:
    """ReferenceFrames in a list."""

    def __init__(self, pictures: Sequence[Picture]) -> None:
        self._pictures = pictures
        self.height, self.width = pictures[0].shape[:2] if pictures else (8, 8)

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, index: int) -> Picture:
        return self._pictures[index]


Film = Callable[[Sequence[Picture]], Take]


@pytest.fixture(scope="session")
def film() -> Film:
    def of(pictures: Sequence[Picture]) -> Take:
        frames = Listed(pictures)
        return Take("clip", "someone", frames, Crop.full(frames.height, frames.width), 25.0)

    return of


@pytest.fixture(scope="session")
def noise() -> list[Picture]:
    """Five pictures [40, 48, 3]."""
    random = np.random.default_rng(1)
    return [random.integers(30, 220, (40, 48, 3)).astype(np.uint8) for _ in range(5)]


@pytest.fixture(scope="session")
def controls() -> dict[str, Case]:
    return sample_controls()


def backbone(name: str) -> dict[str, Tensor]:
    """Random weights with torchvision's names."""
    generator = torch.Generator().manual_seed(2)
    made = {}
    for layer in NETWORKS[name]:
        shape = (layer.after, layer.before, layer.kernel, layer.kernel)
        spread = (2 / (layer.before * layer.kernel**2)) ** 0.5
        made[f"features.{layer.place}.weight"] = spread * torch.randn(shape, generator=generator)
        made[f"features.{layer.place}.bias"] = 0.1 * torch.randn(layer.after, generator=generator)
    return made


@pytest.fixture(scope="session")
def alexnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("alexnet") / "alexnet.safetensors"
    save_file({**backbone("alex"), "classifier.1.weight": torch.zeros(4, 4)}, path)
    return path


@pytest.fixture(scope="session")
def vgg16(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("vgg16") / "vgg16.safetensors"
    save_file(backbone("vgg"), path)
    return path
