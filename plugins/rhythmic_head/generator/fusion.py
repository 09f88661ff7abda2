"""E_F: weights of the decoder, generated from what the references show (eq. 7)."""

from itertools import pairwise

import attrs
import torch
from torch import Tensor, nn

from visemix.core.networks.initial_weights import initialise
from visemix.core.shapes import Value
from visemix.plugins.rhythmic_head.generator.blocks import SLOPE, block, doubled
from visemix.plugins.rhythmic_head.generator.size import Size

KERNELS = 5
"""Per level: theta_S, and theta_gamma and theta_beta of its two normalisations."""

LEAST_HIDDEN = 32


@attrs.frozen(eq=False)
class Kernels(Value):
    """Generated 1 x 1 convolutions of one level, [B, C, C + 1] each; the last column is the bias.

    Attributes:
        embedding: theta_S, of the landmark encoder.
        scales: theta_gamma of both normalisations.
        biases: theta_beta of both.
    """

    embedding: Tensor
    scales: tuple[Tensor, Tensor]
    biases: tuple[Tensor, Tensor]


def applied(kernel: Tensor, values: Tensor) -> Tensor:
    """Every example with its own 1 x 1 convolution.

    Args:
        kernel: [B, C', C + 1].
        values: [B, C, h, w].
    """
    flat = values.flatten(2)
    kernel = kernel.to(flat.dtype)
    made = torch.baddbmm(kernel[..., -1:], kernel[..., :-1], flat)
    return made.reshape(len(made), -1, *values.shape[2:])


class Fusion(nn.Module):
    """From the deepest features up to the finest, with a perceptron at every adaptive level.

    Args:
        size: of the generator.
    """

    def __init__(self, size: Size) -> None:
        super().__init__()
        self._levels = size.generated
        self.image, self.landmarks, self.fc = nn.ModuleDict(), nn.ModuleDict(), nn.ModuleDict()
        for level in reversed(range(size.downs)):
            for path in (self.image, self.landmarks):
                path[str(level)] = block(size.channels(level + 1), size.channels(level), size.norm)
        for level in size.generated:
            self.fc[str(level)] = _perceptron(size.channels(level))

    def forward(self, image: Tensor, landmarks: Tensor) -> dict[int, Kernels]:
        """Weights by level, from e_y and e_l [B, C, h, w]."""
        made, levels = {}, len(self.image)
        for level in reversed(range(levels + 1)):
            if level < levels:
                image = self.image[str(level)](doubled(image))
                landmarks = self.landmarks[str(level)](doubled(landmarks))
            if level in self._levels:
                made[level] = _kernels(self.fc[str(level)](_products(image, landmarks)))
        return made


def _products(image: Tensor, landmarks: Tensor) -> Tensor:
    """Softmax over the channels of the landmarks' features times the image's, [B, C, C].

    The mean over pixels instead of their sum, times the number of channels: it is then of order 1
    at every size.
    """
    shares = torch.softmax(landmarks, 1).flatten(2)
    pixels, channels = shares.shape[2], shares.shape[1]
    return torch.bmm(shares, image.flatten(2).transpose(1, 2)) * (channels / pixels)


def _perceptron(channels: int) -> nn.Sequential:
    hidden = max(2 * channels, LEAST_HIDDEN)
    widths = (channels, hidden, hidden, KERNELS * (channels + 1))
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        linear = nn.Linear(before, after)
        initialise(linear)
        layers += [nn.utils.parametrizations.spectral_norm(linear), nn.LeakyReLU(SLOPE)]
    return nn.Sequential(*layers[:-1])


def _kernels(rows: Tensor) -> Kernels:
    """Of a perceptron's [B, C, 5 (C + 1)]."""
    embedding, scale, bias, scale_2, bias_2 = rows.chunk(KERNELS, 2)
    return Kernels(embedding, (scale, scale_2), (bias, bias_2))
