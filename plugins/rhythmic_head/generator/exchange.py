"""Information exchange between pictures and landmarks, and the gate over references (C.2.5)."""

import torch
from torch import Tensor, nn

from visemix.plugins.rhythmic_head.generator.blocks import SLOPE, block, conv, folded, unfolded


class InformationExchange(nn.Module):
    """Pictures' features refined by landmarks' features and the other way round.

    Args:
        channels: of each.
        norm: of the layers.
    """

    def __init__(self, channels: int, norm: str) -> None:
        super().__init__()
        self.hybrid = nn.Sequential(
            block(2 * channels, channels, norm), block(channels, channels, norm)
        )
        self.to_image = block(2 * channels, channels, norm)
        self.to_landmarks = block(2 * channels, channels, norm)

    def forward(self, image: Tensor, landmarks: Tensor) -> tuple[Tensor, Tensor]:
        """Q' of both, each [N, C, h, w] as they came."""
        both = self.hybrid(torch.cat((image, landmarks), 1))
        refined = self.to_image(torch.cat((image, both), 1))
        return refined, self.to_landmarks(torch.cat((landmarks, both), 1))


class ConvGate(nn.Module):
    """What K references have in common, whatever K is.

    The released code stacks the references' channels, so that a checkpoint fits one K only. Here
    every reference has a mask of its own, and the mean under these masks passes two bottleneck
    layers.

    Args:
        channels: of the features.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.mask = conv(channels, 1)
        self.bottleneck = nn.Sequential(
            conv(channels, max(channels // 2, 1)),
            nn.LeakyReLU(SLOPE),
            conv(max(channels // 2, 1), channels),
        )

    def forward(self, features: Tensor) -> Tensor:
        """[B, K, C, h, w] to [B, C, h, w]; the order of the references does not matter."""
        count = features.shape[1]
        mask = unfolded(torch.sigmoid(self.mask(folded(features))), count)
        mean = (features * mask).sum(1) / mask.sum(1)
        gated: Tensor = self.bottleneck(mean)
        return gated
