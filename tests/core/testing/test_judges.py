"""The kit finds discriminators, metrics and identity encoders that are wrong."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn

from visemix.core.contracts import Contract
from visemix.core.interfaces import (
    Discriminator,
    IdentityEncoder,
    Judgement,
    Metric,
    Part,
    Sample,
)
from visemix.core.testing.contracts import find_faults
from visemix.core.values.subject import Picture
from visemix.core.values.track import Track


class Critic(Discriminator):
    """Likes bright pictures."""

    def __init__(self, judges: str = "frames") -> None:
        self.judges = judges

    def network(self, like: Sample) -> nn.Module:
        return Taste(self)

    def score(self, mean: Tensor) -> Tensor:
        return mean


class Taste(nn.Module):
    """Measures brightness."""

    def __init__(self, critic: Critic) -> None:
        super().__init__()
        self.critic = critic

    def forward(self, sample: Sample) -> Judgement:
        seen = sample.attributes if self.critic.judges == "attributes" else sample.frames
        assert seen is not None
        return Judgement([self.critic.score(seen.flatten(1).mean(1))])


class Unteachable(Critic):
    def score(self, mean: Tensor) -> Tensor:
        return mean.detach()


class Infinite(Critic):
    def score(self, mean: Tensor) -> Tensor:
        return mean / 0


class Distance(Metric):
    """Mean distance of the landmarks."""

    unit = "px"
    larger_is_better = False

    def measure(self, made: Track, real: Track) -> float:
        return float((made.landmarks - real.landmarks).norm(dim=-1).mean())


class Backwards(Distance):
    larger_is_better = True


class Colour(IdentityEncoder):
    """Mean colour."""

    def embed(self, pictures: Sequence[Picture], track: Track) -> Tensor:
        mean = torch.stack([torch.tensor(p.reshape(-1, 3).mean(0)) for p in pictures]).float()
        return torch.nn.functional.normalize(mean, dim=-1)


class Long(Colour):
    def embed(self, pictures: Sequence[Picture], track: Track) -> Tensor:
        return 2 * super().embed(pictures, track)


KINDS = {Discriminator: "discriminator", Metric: "metric", IdentityEncoder: "identity_encoder"}


def faults(part: Part) -> list[str]:
    (kind,) = (name for interface, name in KINDS.items() if isinstance(part, interface))
    return find_faults(kind, part, Contract("x", kind))


@pytest.mark.parametrize(
    "part",
    [*map(Critic, ("attributes", "frames", "sequence", "audio-video")), Distance(), Colour()],
    ids=lambda x: type(x).__name__,
)
def test_a_right_one_passes(part: Part) -> None:
    assert faults(part) == []


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        (Critic("taste"), "judges must be one of"),
        (Unteachable(), "do not depend on anything that can learn"),
        (Infinite(), "scores that are not finite"),
        (Backwards(), "beats the truth"),
        (Long(), "must have length 1, it has 2"),
    ],
    ids=lambda x: type(x).__name__,
)
def test_a_wrong_one_is_found(part: Part, fault: str) -> None:
    assert fault in " ".join(faults(part))
