"""LatentNetwork: what is said and what happens by itself (sections 3.1.2 and 3.1.3)."""

from collections.abc import Mapping

import attrs
import torch
from torch import Tensor, nn

from visemix.core.shapes import Value
from visemix.plugins.temporal_gan.hearing import WIDTH, AudioFrameEncoder


@attrs.frozen
class LatentSize:
    """How the network is built.

    Attributes:
        samples: of a window of sound.
        content: numbers of the content code; the GRU has as many.
        noise: numbers of the noise.
        layers: of the content GRU; 1 in the paper, 2 as released.
        width: channels of the first convolution.
        temporal: whether there are GRUs at all; without, every frame stands for itself.
    """

    samples: int = 10_000
    content: int = 256
    noise: int = 10
    layers: int = 1
    width: int = WIDTH
    temporal: bool = True


@attrs.frozen(eq=False)
class Memory(Value):
    """What the GRUs carry from block to block.

    Attributes:
        content: [layers, B, content].
        noise: [1, B, noise].
    """

    content: Tensor
    noise: Tensor


class LatentNetwork(nn.Module):
    """Audio frame encoder, content GRU and noise GRU.

    Args:
        size: of its parts.
    """

    def __init__(self, size: LatentSize) -> None:
        super().__init__()
        self.size = size
        self.encoder = AudioFrameEncoder(size.samples, size.content, size.width)
        if size.temporal:
            self.speaking = nn.GRU(size.content, size.content, size.layers, batch_first=True)
            self.moving = nn.GRU(size.noise, size.noise, batch_first=True)

    def forward(
        self, windows: Tensor, noise: Tensor, memory: Memory | None = None
    ) -> tuple[Tensor, Memory | None]:
        """Latent codes and the memory after them.

        Args:
            windows: [B, T, S] in [-1, 1].
            noise: [B, T, noise], white.
            memory: from the frames before; None at the start.

        Returns:
            [B, T, content + noise], content first.
        """
        codes = self.encoder(windows.flatten(0, 1)).unflatten(0, windows.shape[:2])
        if not self.size.temporal:
            return torch.cat((codes, noise), -1), None
        said, content = self.speaking(codes, None if memory is None else memory.content)
        moved, after = self.moving(noise, None if memory is None else memory.noise)
        return torch.cat((said, moved), -1), Memory(content, after)


def parameters_of(network: nn.Module) -> Mapping[str, int]:
    """Number of weights per child of ``network``."""
    return {n: sum(p.numel() for p in m.parameters()) for n, m in network.named_children()}
