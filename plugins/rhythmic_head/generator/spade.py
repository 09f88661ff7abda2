"""SPADE normalisations (Park et al., 2019) in parallel: the non-linear composition."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from visemix.plugins.rhythmic_head.generator.blocks import SLOPE, conv, normalisation
from visemix.plugins.rhythmic_head.generator.fusion import Kernels, applied
from visemix.plugins.rhythmic_head.generator.guides import Guides
from visemix.plugins.rhythmic_head.generator.size import Size, Switches


class Spade(nn.Module):
    """One normalisation with a scale and a bias map of every guide.

    Args:
        channels: of what is normalised and of the guides.
        fixed: guides with learned weights.
        norm: "batch" or "instance".
        concat: whether the results are stacked and convolved; else they are added.
        generated: whether the landmarks' weights are generated (then they are not among fixed).
    """

    def __init__(
        self, channels: int, fixed: int, norm: str, *, concat: bool, generated: bool
    ) -> None:
        super().__init__()
        self.norm = normalisation(channels, norm, affine=False)
        self.maps = nn.ModuleList(conv(channels, 2 * channels) for _ in range(fixed))
        count = fixed + generated
        self.combine = conv(count * channels, channels) if concat and count > 1 else None

    def forward(
        self, values: Tensor, guides: Guides, generated: tuple[Tensor, Tensor] | None
    ) -> Tensor:
        """Values [B, C, h, w], normalised and guided.

        Args:
            values: of the decoder.
            guides: [B, C, h, w] each; the landmarks first.
            generated: the landmarks' theta_gamma and theta_beta, if they are generated.
        """
        normal = self.norm(values)
        results = []
        if generated is not None:
            scale, bias = (applied(kernel, guides[0]) for kernel in generated)
            results.append(normal * (1 + scale) + bias)
            guides = guides[1:]
        for layer, guide in zip(self.maps, guides, strict=True):
            scale, bias = layer(guide).chunk(2, 1)
            results.append(normal * (1 + scale) + bias)
        if self.combine is not None:
            combined: Tensor = self.combine(torch.cat(results, 1))
            return combined
        return torch.stack(results).sum(0)


class SpadeBlock(nn.Module):
    """A residual block with two guided normalisations.

    Args:
        level: of the decoder.
        size: of the generator.
        switches: of the generator.
        guides: how many there are at this level, the landmarks among them.
    """

    def __init__(self, level: int, size: Size, switches: Switches, guides: int) -> None:
        super().__init__()
        channels, generated = size.channels(level), level in size.generated

        def spade() -> Spade:
            fixed = guides - generated
            return Spade(channels, fixed, size.norm, concat=switches.concat, generated=generated)

        self.spades = nn.ModuleList(spade() for _ in range(2))
        self.convs = nn.ModuleList(conv(channels, channels) for _ in range(2))

    def forward(self, values: Tensor, guides: Guides, kernels: Kernels | None) -> Tensor:
        """Values [B, C, h, w] with what the guides say added."""
        made = values
        for place, (spade, layer) in enumerate(zip(self.spades, self.convs, strict=True)):
            generated = None
            if kernels is not None:
                generated = (kernels.scales[place], kernels.biases[place])
            made = layer(functional.leaky_relu(spade(made, guides, generated), SLOPE))
        return values + made
