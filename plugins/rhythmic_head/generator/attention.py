"""Which reference is like the wanted face, pixel by pixel (eq. 3)."""

import math

import torch
from torch import Tensor, nn

from visemix.plugins.rhythmic_head.generator.blocks import block
from visemix.plugins.rhythmic_head.generator.size import MEETING, Size


class ActivationEncoder(nn.Module):
    """E_A: an edge map to features at the level where references meet.

    Args:
        size: of the generator.
    """

    def __init__(self, size: Size) -> None:
        super().__init__()
        layers = [block(1, size.channels(0), size.norm)]
        for level in range(MEETING):
            layers.append(
                block(size.channels(level), size.channels(level + 1), size.norm, stride=2)
            )
        self.layers = nn.Sequential(*layers)

    def forward(self, landmarks: Tensor) -> Tensor:
        """[N, 1, H, W] to [N, C, H / 4, W / 4]."""
        values: Tensor = self.layers(landmarks)
        return values


def activations(keys: Tensor, query: Tensor) -> Tensor:
    """Eq. 3: shares of the K references, [B, K, h, w]; they sum to 1 at every pixel.

    The energy is divided by the root of the number of channels, so that shares are not all or
    nothing before anything is learned.

    Args:
        keys: [B, K, C, h, w], of the references' landmarks.
        query: [B, C, h, w], of the wanted ones.
    """
    energy = (keys * query[:, None]).sum(2) / math.sqrt(query.shape[1])
    return torch.softmax(energy, 1)
