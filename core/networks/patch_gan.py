"""PatchGAN: scores for overlapping patches of a picture, at one scale or at several.

Isola et al., 2017 (one scale, batch norm; Yi et al.); Wang et al., pix2pixHD, 2018 (three scales,
instance norm, features exposed; FACIAL).
"""

from typing import Any

import attrs
import torch
from torch import Tensor, nn

from visemix.core.errors import InvalidValue
from visemix.core.interfaces import Judgement, Sample
from visemix.core.networks.initial_weights import initialise
from visemix.core.networks.instance_norm import InstanceNorm

KERNEL = 4
SLOPE = 0.2
"""Of the leaky ReLUs."""

WIDEST = 512
"""Channels are doubled from layer to layer up to this."""

NORMS = ("batch", "instance", "spectral-instance", "none")


@attrs.frozen
class PatchSize:
    """How a patch critic is built.

    Attributes:
        width: channels of the first layer.
        layers: layers with stride 2; one of stride 1 and the scores follow.
        norm: one of NORMS; "spectral-instance" limits the weights as well (Wang et al., vid2vid).
        padding: of every layer, px; 1 gives 30 x 30 scores of 256 x 256 px, 2 gives 35 x 35.
    """

    width: int = 64
    layers: int = 3
    norm: str = "instance"
    padding: int = 2

    def __attrs_post_init__(self) -> None:
        if self.norm not in NORMS:
            raise InvalidValue(f"expected one of {', '.join(NORMS)}, got {self.norm!r}")


class PatchGan(nn.Module):
    """One scale: convolutions of kernel 4 down to a map of scores.

    Args:
        channels: of its input.
        size: how it is built.
    """

    def __init__(self, channels: int, size: PatchSize) -> None:
        super().__init__()
        widths = [min(size.width * 2**k, WIDEST) for k in range(size.layers + 1)]
        blocks: list[nn.Module] = [_block(channels, widths[0], size, stride=2, norm="none")]
        for k in range(1, len(widths)):
            stride = 2 if k < size.layers else 1
            blocks.append(_block(widths[k - 1], widths[k], size, stride, size.norm))
        self.blocks = nn.ModuleList(blocks)
        self.scores = _conv(widths[-1], 1, size, stride=1, norm="none")

    def forward(self, pictures: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Pictures [B, C, H, W] to scores [B, 1, h, w] and the activations of every layer."""
        features = []
        for block in self.blocks:
            pictures = block(pictures)
            features.append(pictures)
        return self.scores(pictures), features


class PatchCritic(nn.Module):
    """PatchGANs on a pyramid; called with a Sample, gives a Judgement.

    Args:
        like: a sample as it will be called with.
        size: how each scale is built.
        scales: how many; the first sees the full size, every other half of that before.
        conditional: whether it sees, beside the frames, the condition that they were made from.

    Raises:
        InvalidValue: the sample has no frames, or they are too small.
    """

    def __init__(
        self, like: Sample, size: PatchSize, scales: int = 1, conditional: bool = True
    ) -> None:
        super().__init__()
        self._conditional = conditional
        pictures = self._seen(like)
        least = 2 ** (size.layers + scales)
        if min(pictures.shape[-2:]) < least:
            found = " x ".join(str(n) for n in pictures.shape[-2:])
            do = "use larger pictures, or fewer scales or layers"
            raise InvalidValue(f"a patch critic needs {least} px, the frames are {found}", do=do)
        self.scales = nn.ModuleList(PatchGan(pictures.shape[1], size) for _ in range(scales))
        self._halve = nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False)

    def forward(self, sample: Sample) -> Judgement:
        """Logits and layers of every scale, the finest first."""
        return Judgement(*self._look(self._seen(sample)))

    def _look(self, pictures: Tensor) -> tuple[list[Tensor], list[list[Tensor]]]:
        scores, features = [], []
        for place, critic in enumerate(self.scales):
            pictures = self._halve(pictures) if place else pictures
            score, layers = critic(pictures)
            scores.append(score)
            features.append(layers)
        return scores, features

    def compile(self, *args: Any, **settings: Any) -> None:
        """See torch.nn.Module; samples and judgements stay outside, where torch can do nothing."""
        self._look = torch.compile(self._look, *args, **settings)  # type: ignore[method-assign]  # as Module.compile does

    def _seen(self, sample: Sample) -> Tensor:
        """What is judged: condition and frames [B, C, H, W]."""
        frames, condition = sample.frames, sample.condition
        if frames is None:
            raise InvalidValue("a patch critic judges frames, the sample has none", where="Sample")
        if frames.ndim != 4:
            what = f"expected [B, 3, H, W], got {list(frames.shape)}"
            raise InvalidValue(what, where="Sample.frames")
        if condition is None or not self._conditional:
            return frames
        return torch.cat((condition, frames), 1)


def _block(before: int, after: int, size: PatchSize, stride: int, norm: str) -> nn.Sequential:
    layers = [_conv(before, after, size, stride, norm)]
    if norm == "batch":
        layers.append(nn.BatchNorm2d(after))
        initialise(layers[-1])
    elif norm != "none":
        layers.append(InstanceNorm())
    return nn.Sequential(*layers, nn.LeakyReLU(SLOPE))


def _conv(before: int, after: int, size: PatchSize, stride: int, norm: str) -> nn.Module:
    bias = norm != "batch"  # which has one of its own
    conv = nn.Conv2d(before, after, KERNEL, stride, size.padding, bias=bias)
    initialise(conv)  # before its weight becomes a quotient
    if norm == "spectral-instance":
        return nn.utils.parametrizations.spectral_norm(conv)
    return conv
