"""D_f: tells how people really move from what the generator says (A.2.4)."""

import torch
from torch import Tensor, nn

from visemix.core.errors import InvalidValue
from visemix.core.interfaces import Discriminator, Judgement, Sample


class AttributeCritic(Discriminator):
    """Judges attributes without their sound, as in the paper.

    Args:
        channels: of the first layer; 64 in the published size.
    """

    judges = "attributes"

    def __init__(self, *, channels: int = 64) -> None:
        self._channels = channels

    def network(self, like: Sample) -> nn.Module:
        """See Discriminator.

        Raises:
            InvalidValue: the sample has no attributes.
        """
        if like.attributes is None:
            what = "facial-attribute-critic judges attributes, and there are none"
            raise InvalidValue(what, where="discriminators", do="let it judge 'attributes'")
        return MotionCritic(self._channels)


class MotionCritic(nn.Module):
    """A PatchGAN on attributes and their changes, one below the other as a picture.

    128 frames of 71 numbers make a picture of 255 x 71 and 32 x 9 scores; 1,555,329 parameters.

    Args:
        channels: of the first layer.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        sizes = [channels, 2 * channels, 4 * channels, 8 * channels]
        first = nn.Sequential(nn.Conv2d(1, channels, 3, 2, 1), nn.LeakyReLU(0.2))
        inner = [
            nn.Sequential(
                nn.Conv2d(before, after, 3, stride, 1, bias=False),
                nn.BatchNorm2d(after),
                nn.LeakyReLU(0.2),
            )
            for before, after, stride in zip(sizes[:-1], sizes[1:], (2, 2, 1), strict=True)
        ]
        self.layers = nn.ModuleList([first, *inner])
        self.say = nn.Conv2d(sizes[-1], 1, 3, 1, 1)

    def forward(self, sample: Sample) -> Judgement:
        """See Discriminator.network."""
        assert sample.attributes is not None
        values = picture(sample.attributes)
        features = []
        for layer in self.layers:
            values = layer(values)
            features.append(values)
        return Judgement([self.say(values)], [features])


def picture(attributes: Tensor) -> Tensor:
    """[B, T, A] to [B, 1, 2 T - 1, A]: the numbers of all frames, then their changes."""
    return torch.cat((attributes, attributes.diff(dim=1)), 1)[:, None]
