"""The kit finds discriminators, metrics and identity encoders that are wrong."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn

from visemix.core.contracts import Contract, Measure
from visemix.core.interfaces import (
    Discriminator,
    IdentityEncoder,
    Judgement,
    Metric,
    Part,
    Sample,
)
from visemix.core.judging.case import Case, Observation
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

    def observe(self, case: Case) -> Observation:
        assert case.made.track is not None and case.real.track is not None
        made, real = case.made.track.landmarks, case.real.track.landmarks
        return Observation.of(float((made - real).norm(dim=-1).mean()))


class Backwards(Distance):
    """Says the opposite of what its manifest promises."""

    def conclude(self, observations: Sequence[Observation]) -> float:
        return -super().conclude(observations)


class Speechless(Distance):
    """Does not say why it has no number."""

    def observe(self, case: Case) -> Observation:
        return Observation.of(float("nan"))


class Colour(IdentityEncoder):
    """Mean colour."""

    def embed(self, pictures: Sequence[Picture], track: Track) -> Tensor:
        mean = torch.stack([torch.tensor(p.reshape(-1, 3).mean(0)) for p in pictures]).float()
        return torch.nn.functional.normalize(mean, dim=-1)


class Long(Colour):
    def embed(self, pictures: Sequence[Picture], track: Track) -> Tensor:
        return 2 * super().embed(pictures, track)


ORDERS = ("ground-truth > re-encoded", "re-encoded > still", "re-encoded > nearest-frame")
KINDS = {Discriminator: "discriminator", Metric: "metric", IdentityEncoder: "identity_encoder"}


def faults(part: Part) -> list[str]:
    (kind,) = (name for interface, name in KINDS.items() if isinstance(part, interface))
    measure = (
        Measure("px", "smaller", "lips", "here", controls=ORDERS) if kind == "metric" else None
    )
    return find_faults(kind, part, Contract("x", kind, measure=measure))


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
        (Backwards(), "says ground-truth > re-encoded"),
        (Speechless(), "needs a note"),
        (Long(), "must have length 1, it has 2"),
    ],
    ids=lambda x: type(x).__name__,
)
def test_a_wrong_one_is_found(part: Part, fault: str) -> None:
    assert fault in " ".join(faults(part))
