"""FaceNetwork: an identity image and what is heard to frames (PAPER.md)."""

from collections.abc import Sequence

import attrs
import torch
from torch import Tensor, nn

from visemix.core.errors import InvalidValue
from visemix.plugins.audio2au.labels import UNITS

HALVINGS = 4
SMALLEST = 1 << HALVINGS
"""Pictures are so many times as high and wide as the innermost maps."""


@attrs.frozen
class FaceSize:
    """How the network is built.

    Attributes:
        picture: height and width of the pictures, px, a multiple of SMALLEST.
        width: channels of the outermost maps; each next has twice as many.
        identity: numbers of the identity code.
        latent: numbers of a latent code: sound, then action units.
        unit: numbers of one action unit's feature.
        hidden: of the GRU.
        use_audio2au: whether the GRU hears the action units' features.
        difference: whether the decoder makes the difference from the identity image.
    """

    picture: int = 112
    width: int = 64
    identity: int = 512
    latent: int = 832
    unit: int = 64
    hidden: int = 512
    use_audio2au: bool = True
    difference: bool = False

    def __attrs_post_init__(self) -> None:
        if self.picture < 2 * SMALLEST or self.picture % SMALLEST:
            what = f"expected pictures of a multiple of {SMALLEST} px, got {self.picture}"
            raise InvalidValue(what, where="refiner.size", do="use 112, as published")
        if self.latent <= len(UNITS) * self.unit:
            what = f"{self.latent} numbers have no room for {len(UNITS)} times {self.unit}"
            raise InvalidValue(
                what, where="refiner.latent", do="set both as in the attribute model"
            )

    @property
    def inner(self) -> int:
        """Height and width of the innermost maps, 7 as published."""
        return self.picture // SMALLEST

    @property
    def heard(self) -> int:
        """Numbers of a latent code that the GRU sees."""
        return self.latent if self.use_audio2au else self.latent - len(UNITS) * self.unit


@attrs.frozen(eq=False)
class Person:
    """An identity image as the decoder sees it; the same for all frames.

    Attributes:
        code: [B, identity].
        seen: [B, C, h, w] what its maps add in every block, innermost first.
        start: [B, 1, 3, H, W] what pictures are differences from; None if they are none.
    """

    code: Tensor
    seen: Sequence[Tensor]
    start: Tensor | None = None


class IdentityEncoder(nn.Module):
    """Four convolutions of kernel 4 and stride 2, and a linear layer.

    Args:
        size: of the network.
    """

    def __init__(self, size: FaceSize) -> None:
        super().__init__()
        widths = [size.width * 2**k for k in range(HALVINGS)]
        pairs = zip([3, *widths], widths, strict=False)
        self.layers = nn.ModuleList(nn.Conv2d(before, after, 4, 2, 1) for before, after in pairs)
        self.code = nn.Linear(widths[-1] * size.inner**2, size.identity)

    def forward(self, still: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Pictures [B, 3, H, W] in [-1, 1] to codes [B, identity] and maps, outermost first."""
        maps = []
        for layer in self.layers:
            still = torch.relu(layer(still))
            maps.append(still)
        return self.code(still.flatten(1)), maps


class Block(nn.Module):
    """Concatenation with the identity image's map, then a transposed convolution 4 of stride 2.

    A transposed convolution over a concatenation is the sum of two; that over the identity's map is
    the same for all frames and done once.

    Args:
        before: channels of the map that comes in, and of the identity's.
        after: channels of the map that goes out, twice as high and wide.
    """

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.own = nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False)
        self.still = nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False)
        self.norm = nn.BatchNorm2d(after)

    def forward(self, maps: Tensor, seen: Tensor) -> Tensor:
        """Maps [B T, C, h, w] and what the identity's adds [B, C', 2 h, 2 w]."""
        clips = self.own(maps).unflatten(0, (len(seen), -1))
        return torch.relu(self.norm((clips + seen[:, None]).flatten(0, 1)))


class FrameDecoder(nn.Module):
    """A linear layer and six transposed convolutions, four of them of stride 2.

    Args:
        size: of the network.
    """

    def __init__(self, size: FaceSize) -> None:
        super().__init__()
        width, inner = size.width, size.inner
        widest = width << (HALVINGS - 1)
        self._first = (widest, inner, inner)
        self.first = nn.Linear(size.hidden, widest * inner**2)
        self.norm = nn.BatchNorm2d(widest)
        widths = [width * 2**k for k in reversed(range(HALVINGS))]
        pairs = zip(widths, [*widths[1:], width], strict=True)
        self.blocks = nn.ModuleList(Block(before, after) for before, after in pairs)
        narrow = max(width // 2, 1)
        self.last = nn.Sequential(
            nn.ConvTranspose2d(width, narrow, 3, padding=1, bias=False),
            nn.BatchNorm2d(narrow),
            nn.ReLU(),
            nn.ConvTranspose2d(narrow, 3, 3, padding=1),
            nn.Tanh(),
        )
        if size.difference:
            for parameter in self.last[3].parameters():
                nn.init.zeros_(parameter)  # the identity image itself, to begin with

    def see(self, maps: Sequence[Tensor]) -> list[Tensor]:
        """What an identity image's maps (outermost first) add in every block."""
        pairs = zip(self.blocks, reversed(maps), strict=True)
        return [block.still(map_) for block, map_ in pairs if isinstance(block, Block)]

    def forward(self, hidden: Tensor, seen: Sequence[Tensor]) -> Tensor:
        """States [B, T, hidden] to pictures [B, T, 3, H, W] in [-1, 1]."""
        maps: Tensor = self.first(hidden.flatten(0, 1)).reshape(-1, *self._first)
        maps = torch.relu(self.norm(maps))
        for block, added in zip(self.blocks, seen, strict=True):
            maps = block(maps, added)
        made: Tensor = self.last(maps)
        return made.reshape(*hidden.shape[:2], *made.shape[1:])


class FaceNetwork(nn.Module):
    """Identity encoder, GRU and frame decoder.

    Args:
        size: of the parts.
    """

    def __init__(self, size: FaceSize) -> None:
        super().__init__()
        self.size = size
        self.encoder = IdentityEncoder(size)
        self.follow = nn.GRU(size.identity + size.heard, size.hidden, batch_first=True)
        self.decoder = FrameDecoder(size)

    def forward(self, still: Tensor, latent: Tensor) -> Tensor:
        """Stills [B, 3, H, W] in [-1, 1], codes [B, T, latent] to frames [B, T, 3, H, W]."""
        return self.speak(self.person(still), latent, None)[0]

    def person(self, still: Tensor) -> Person:
        """What is the same for all frames, of stills [B, 3, H, W] in [-1, 1]."""
        code, maps = self.encoder(still)
        start = still[:, None] if self.size.difference else None
        return Person(code, self.decoder.see(maps), start)

    def speak(self, person: Person, latent: Tensor, memory: Tensor | None) -> tuple[Tensor, Tensor]:
        """Frames [B, T, 3, H, W] of codes [B, T, latent], and the memory after them."""
        who = person.code[:, None].expand(-1, latent.shape[1], -1)
        given = torch.cat((who, latent[..., : self.size.heard]), -1)
        hidden, after = self.follow(given, memory)
        made: Tensor = self.decoder(hidden, person.seen)
        return (made if person.start is None else person.start + 2 * made), after
