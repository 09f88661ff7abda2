"""How features are brought to a common scale before anything learns from them."""

from collections.abc import Mapping, Sequence

import attrs
import torch
from torch import Tensor

from visemix.core.shapes import Value

FLATTENED = 0.25
"""Principal directions are divided by this power of their spread: 0 keeps it, 1 whitens."""


@attrs.frozen(eq=False)
class Hearing(Value):
    """Scale and principal directions of features in the general data.

    Attributes:
        mean: [D] of all frames; the recurrent networks see (x - mean) / std.
        std: [D].
        spread: [D] standard deviation of frames minus the mean of their clip.
        directions: [D, P]; the linear head sees (x - clip's mean) / spread @ directions.
    """

    mean: Tensor
    std: Tensor
    spread: Tensor
    directions: Tensor

    def for_networks(self, features: Tensor) -> Tensor:
        """[..., D] standardised."""
        return (features - self.mean) / self.std

    def for_head(self, features: Tensor, centre: Tensor) -> Tensor:
        """[..., D] to [..., P]; ``centre`` [D] is the speaker's mean."""
        return (features - centre) / self.spread @ self.directions

    def weights(self) -> dict[str, Tensor]:
        """Tensors by name."""
        return attrs.asdict(self, recurse=False)

    @staticmethod
    def empty(width: int, directions: int) -> "Hearing":
        """Hears everything as it is, and gives the linear head nothing."""
        zero, one = torch.zeros(width), torch.ones(width)
        return Hearing(zero, one, one.clone(), torch.zeros(width, directions))

    @staticmethod
    def of(weights: Mapping[str, Tensor]) -> "Hearing":
        """What :meth:`weights` gave."""
        return Hearing(*(weights[field.name] for field in attrs.fields(Hearing)))


def learn_hearing(clips: Sequence[Tensor], keep: int) -> Hearing:
    """The scale of general data.

    Args:
        clips: [T, D] features each.
        keep: number of principal directions; what the data does not have is filled with zeros.
    """
    every = torch.cat(list(clips))
    centred = torch.cat([clip - clip.mean(0) for clip in clips])
    spread = centred.std(0).clamp_min(1e-6)
    values, vectors = _principal(centred / spread)
    values, vectors = values[:keep], vectors[:, :keep]
    factors = values.clamp_min(1e-6) ** -FLATTENED
    kept = (values * factors).square().sum().clamp_min(1e-12)
    directions = torch.zeros(every.shape[1], keep)
    directions[:, : len(values)] = vectors * factors * (len(values) / kept).sqrt()
    return Hearing(every.mean(0), every.std(0).clamp_min(1e-6), spread, directions)


def _principal(data: Tensor) -> tuple[Tensor, Tensor]:
    """Spread [D] and directions [D, D] of rows [T, D], largest first, signs fixed."""
    gram = (data.T.double() @ data.double()) / len(data)
    values, vectors = torch.linalg.eigh(gram)
    values, vectors = values.flip(0).clamp_min(0).sqrt(), vectors.flip(1)
    largest = vectors.gather(0, vectors.abs().argmax(0, keepdim=True))
    return values.float(), (vectors * largest.sign()).float()
