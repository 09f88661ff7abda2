"""Perceptual losses: how far pictures are apart in the eyes of a network that knows pictures.

Johnson et al., Perceptual Losses for Real-Time Style Transfer and Super-Resolution, 2016.
"""

from collections.abc import Sequence
from pathlib import Path

import attrs
import torch
from torch import Tensor, nn
from torch.nn import functional

from visemix.core.errors import TrainingError
from visemix.core.networks.efficientnet_lite import load_efficientnet_lite0
from visemix.core.networks.vgg import load_vgg19

VGG19 = "vgg19"
SUBSTITUTE = "efficientnet-lite0"
NONE = "none"
AUTO = "auto"
SOURCES = (AUTO, VGG19, SUBSTITUTE, NONE)
"""auto: VGG19 if its weights are given, else the substitute, which needs no download."""

VGG19_WEIGHTS = (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1.0)
"""Of relu1_1 to relu5_1 (pix2pixHD; FACIAL's released code)."""

SUBSTITUTE_SPREAD = (3.4, 6.0, 5.3, 4.8, 1.9)
"""Mean absolute activation of the substitute's levels on pictures of a talking head; dividing by it
makes the levels count alike and the loss about as large as that of VGG19."""

LEAST_PX = 32
"""Smaller pictures have nothing left at the last level."""


@attrs.frozen
class PerceptualChoice:
    """Which perceptual loss.

    Attributes:
        source: one of SOURCES.
        vgg19: safetensors file with torchvision's vgg19 weights, None for none.
    """

    source: str = AUTO
    vgg19: Path | None = None

    @property
    def name(self) -> str:
        """Of the network that is used: "vgg19", "efficientnet-lite0" or "none"."""
        if self.source != AUTO:
            return self.source
        return SUBSTITUTE if self.vgg19 is None else VGG19


class PerceptualLoss(nn.Module):
    """Weighted sum over levels of the mean absolute difference of a network's activations.

    It learns nothing and keeps nothing in checkpoints.

    Args:
        name: of the network, to be shown beside the loss: values of different networks cannot be
            compared.
        network: pictures [B, 3, H, W] in [-1, 1] to levels.
        weights: one per level.
    """

    def __init__(self, name: str, network: nn.Module, weights: Sequence[float]) -> None:
        super().__init__()
        self.name = name
        self._network = network.eval().requires_grad_(False)
        self._weights = tuple(weights)

    def forward(self, made: Tensor, real: Tensor) -> Tensor:
        """Scalar; the gradient flows to ``made`` only.

        Args:
            made: [B, 3, H, W] in [-1, 1].
            real: the same shape.

        Raises:
            TrainingError: the pictures are too small for the network.
        """
        if min(made.shape[-2:]) < LEAST_PX:
            what = f"pictures of {made.shape[-1]} px are too small for a perceptual loss"
            do = f"use at least {LEAST_PX} px or set the refiner's perceptual: none"
            raise TrainingError(what, do=do)
        with torch.no_grad():
            wanted = self._network(real.detach())
        terms = [
            weight * functional.l1_loss(m, r)
            for weight, m, r in zip(self._weights, self._network(made), wanted, strict=True)
        ]
        return torch.stack(terms).sum()


def perceptual_loss(
    choice: PerceptualChoice, vgg19_weights: Sequence[float] = VGG19_WEIGHTS
) -> PerceptualLoss | None:
    """The loss that was chosen; None for none.

    Args:
        choice: of the network.
        vgg19_weights: of its five levels, if it is VGG19.

    Raises:
        TrainingError: VGG19 was chosen and its weights are not given, or an unknown source.
        CheckpointError: weights are missing, damaged, or of something else.
    """
    if choice.name == NONE:
        return None
    if choice.name == SUBSTITUTE:
        levels = [1 / (len(SUBSTITUTE_SPREAD) * spread) for spread in SUBSTITUTE_SPREAD]
        return PerceptualLoss(SUBSTITUTE, load_efficientnet_lite0(), levels)
    if choice.name != VGG19:
        what = f"expected one of {', '.join(SOURCES)}, got {choice.source!r}"
        raise TrainingError(what, where="perceptual")
    if choice.vgg19 is None:
        do = f"name a file of them, or choose {SUBSTITUTE!r}, which needs none of yours"
        raise TrainingError("VGG19's weights are not given", where="perceptual", do=do)
    return PerceptualLoss(VGG19, load_vgg19(choice.vgg19), vgg19_weights)
