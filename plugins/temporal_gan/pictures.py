"""FaceNetwork: a still picture and latent codes to frames (sections 3.1.1 and 3.1.4)."""

from itertools import pairwise

import attrs
import torch
from torch import Tensor, nn

from visemix.core.errors import InvalidValue
from visemix.core.networks.initial_weights import initialise

SMALLEST = (4, 3)
"""Height and width of the innermost maps."""


@attrs.frozen
class PictureSize:
    """How the network is built.

    Attributes:
        height: of the pictures, px, 4 times a power of two; they are 3/4 as wide.
        width: channels of the outermost layer; each next has twice as many.
        identity: numbers of the identity code.
        latent: numbers of a latent code beside it.
        skips: whether the decoder sees the maps of the still picture.
    """

    height: int = 128
    width: int = 64
    identity: int = 128
    latent: int = 266
    skips: bool = True

    def __attrs_post_init__(self) -> None:
        halvings = (self.height // SMALLEST[0]).bit_length() - 1
        if halvings < 1 or self.height != SMALLEST[0] << halvings:
            what = f"expected a height of 4 times a power of two, got {self.height}"
            raise InvalidValue(what, where="refiner.height", do="use 128, as published")

    @property
    def picture_width(self) -> int:
        """Width of the pictures, px."""
        return self.height * SMALLEST[1] // SMALLEST[0]

    @property
    def channels(self) -> list[int]:
        """Of the maps, outermost first: 64, 128, 256, 512, 1024 at 128 px."""
        halvings = (self.height // SMALLEST[0]).bit_length() - 1
        return [self.width * 2**k for k in range(halvings)]


@attrs.frozen(eq=False)
class Identity:
    """A still picture as the decoder sees it.

    Attributes:
        code: [B, identity].
        maps: [B, C, h, w] of every layer, outermost first.
    """

    code: Tensor
    maps: list[Tensor]


class IdentityEncoder(nn.Module):
    """Six convolutions: five of kernel 4 and stride 2, and one over what is left; 12.7 M weights.

    Args:
        size: of the pictures and of the code.
    """

    def __init__(self, size: PictureSize) -> None:
        super().__init__()
        channels = [3, *size.channels]
        self.layers = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(before, after, 4, 2, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()
            )
            for before, after in pairwise(channels)
        )
        self.code = nn.Conv2d(channels[-1], size.identity, SMALLEST, bias=False)

    def forward(self, still: Tensor) -> Identity:
        """Pictures [B, 3, H, W] in [-1, 1]."""
        maps = []
        for layer in self.layers:
            still = layer(still)
            maps.append(still)
        return Identity(torch.tanh(self.code(still)).flatten(1), maps)


class Block(nn.Module):
    """Concatenation with the still's map, convolution 3, transposed convolution 4 of stride 2.

    A convolution over a concatenation is the sum of two; that over the still's map is the same for
    all frames of a clip and done once. A transposed convolution of stride 1 is a convolution.

    Args:
        before: channels of the map that comes in, and of the still's.
        after: channels of the map that goes out, twice as high and wide.
        skip: whether the still's map is seen.
    """

    def __init__(self, before: int, after: int, skip: bool) -> None:
        super().__init__()
        self.own = nn.Conv2d(before, before, 3, padding=1, bias=False)
        self.still = nn.Conv2d(before, before, 3, padding=1, bias=False) if skip else None
        self.norm = nn.BatchNorm2d(before)
        self.larger = nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False)
        self.norm_larger = nn.BatchNorm2d(after)

    def forward(self, maps: Tensor, still: Tensor) -> Tensor:
        """Maps [B T, C, h, w] and the still's [B, C, h, w] to [B T, C', 2 h, 2 w]."""
        mixed = self.own(maps)
        if self.still is not None:
            seen = self.still(still)
            clips = mixed.unflatten(0, (len(seen), -1))
            mixed = (clips + seen[:, None]).flatten(0, 1)
        mixed = torch.relu(self.norm(mixed))
        return torch.relu(self.norm_larger(self.larger(mixed)))


class FrameDecoder(nn.Module):
    """U-Net decoder from one vector to a picture; 41.06 M weights.

    Args:
        size: of the pictures and of the codes.
    """

    def __init__(self, size: PictureSize) -> None:
        super().__init__()
        channels = size.channels[::-1]
        codes = size.latent + size.identity
        self.first = nn.ConvTranspose2d(codes, channels[0], SMALLEST, bias=False)
        self.norm = nn.BatchNorm2d(channels[0])
        self.blocks = nn.ModuleList(
            Block(before, after, size.skips) for before, after in pairwise(channels)
        )
        self.last = nn.ConvTranspose2d(channels[-1], 3, 4, 2, 1, bias=False)

    def forward(self, latent: Tensor, identity: Identity) -> Tensor:
        """Codes [B, T, latent] to pictures [B T, 3, H, W] in [-1, 1]."""
        who = identity.code[:, None].expand(-1, latent.shape[1], -1)
        codes = torch.cat((latent, who), -1).flatten(0, 1)
        maps = torch.relu(self.norm(self.first(codes[..., None, None])))
        for block, still in zip(self.blocks, identity.maps[::-1], strict=False):
            maps = block(maps, still)
        return torch.tanh(self.last(maps))


class FaceNetwork(nn.Module):
    """Identity encoder and frame decoder.

    Args:
        size: of the pictures and of the codes.
    """

    def __init__(self, size: PictureSize) -> None:
        super().__init__()
        self.size = size
        self.encoder = IdentityEncoder(size)
        self.decoder = FrameDecoder(size)
        initialise(self)

    def forward(self, still: Tensor, latent: Tensor) -> Tensor:
        """Stills [B, 3, H, W] in [-1, 1] and codes [B, T, latent] to frames [B, T, 3, H, W]."""
        made: Tensor = self.decoder(latent, self.encoder(still))
        return made.reshape(*latent.shape[:2], *made.shape[1:])
