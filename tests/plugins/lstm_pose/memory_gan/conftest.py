from collections.abc import Callable, Sequence
from typing import Any

import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.interfaces import IdentityEncoder
from visemix.core.testing.sample_material import sample_material
from visemix.core.testing.samples import SamplePlan
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan, Shard, Stage, total
from visemix.core.values.subject import Picture
from visemix.core.values.track import Track
from visemix.plugins.lstm_pose.memory_gan.refiner import MemoryGan

TINY: dict[str, Any] = {
    "size": 32,
    "width": 4,
    "hidden": 8,
    "identity_size": 6,
    "slots": 60,
    "key_size": 16,
}

MakeGan = Callable[..., MemoryGan]


def learn(stage: Stage) -> None:
    """All steps, without files."""
    with torch.random.fork_rng(devices=[]):
        for step in range(stage.steps):
            torch.manual_seed(step)
            lesson = stage.batch(step, Shard()).to("cpu")
            for turn in stage.turns:
                loss = total(turn.losses(stage.modules, lesson))
                turn.optimizer.zero_grad(set_to_none=True)
                loss.backward()  # type: ignore[no-untyped-call]  # torch leaves backward untyped
                turn.optimizer.step()
    stage.finish()


@pytest.fixture(scope="session")
def learned() -> Callable[[Stage], None]:
    return learn


class Mouths(IdentityEncoder):
    """The further the mouth is open, the more it is somebody else."""

    def __init__(self) -> None:
        self.asked = 0

    def embed(self, pictures: Sequence[Picture], track: Track) -> Tensor:
        self.asked += len(pictures)
        gap = (track.landmarks[:, 14] - track.landmarks[:, 13]).norm(dim=1)
        turn = (gap / gap.max().clamp_min(1e-3))[:, None]
        return torch.cat((turn.cos(), turn.sin(), turn.new_zeros(len(turn), 4)), 1)


@pytest.fixture
def encoder() -> Mouths:
    return Mouths()


@pytest.fixture(scope="session")
def clip() -> Material:
    return attrs.evolve(sample_material(SamplePlan(frames=30)), identity_encoder=Mouths())


@pytest.fixture
def tiny() -> MakeGan:
    def make(**settings: Any) -> MemoryGan:
        return MemoryGan(**{**TINY, **settings})

    return make


@pytest.fixture(scope="session")
def trained(clip: Material) -> MemoryGan:
    """Not well, and not to be changed."""
    gan = MemoryGan(**TINY)
    learn(gan.stage("gan-personal", clip, Plan(steps=4, batch=2)))
    return gan
