"""The three critics of the temporal GAN, in the training of FACIAL's refiner."""

from pathlib import Path

import pytest
import torch
from lightning.fabric import Fabric
from torch import Tensor, nn

from visemix.core.interfaces import Discriminator, Judgement, Sample
from visemix.core.testing.sample_material import sample_material
from visemix.core.testing.samples import SamplePlan
from visemix.core.training.log import read_losses
from visemix.core.training.loop import Run, train_stage
from visemix.core.training.material import Critic
from visemix.core.training.stage import Plan, Shard
from visemix.plugins.facial.refiner import RenderingToVideo
from visemix.plugins.temporal_gan.discriminators import (
    TemporalGanFrame,
    TemporalGanSequence,
    TemporalGanSync,
)

CRITICS = [
    Critic("image", TemporalGanFrame(width=4), 1.0),
    Critic("synchronisation", TemporalGanSync(width=4), 0.8),
    Critic("sequence", TemporalGanSequence(width=4, hidden=8), 0.2),
]


@pytest.mark.parametrize("sound", [False, True])
def test_facial_s_refiner_learns_from_all_three(tmp_path: Path, sound: bool) -> None:
    critics = CRITICS
    if sound:
        hearing = Critic("sequence", TemporalGanSequence(width=4, hidden=8, sound=True), 0.2)
        critics = [*CRITICS[:2], hearing]
    material = sample_material(SamplePlan(frames=12), maps=["eye_attention"], critics=critics)
    refiner = RenderingToVideo(width=2, downs=2, blocks=1, local_blocks=1, perceptual="none")
    stage = refiner.stage("refiner", material, Plan(steps=2, batch=2))
    before = {
        critic.name: [p.detach().clone() for p in stage.modules[critic.name].parameters()]
        for critic in critics
    }
    train_stage(stage, Run(tmp_path, Fabric(accelerator="cpu", devices=1), Plan()))
    terms = {row["term"] for row in read_losses(tmp_path) if row["turn"] == "generator"}
    for critic in critics:
        assert f"adversarial {critic.name}" in terms
        pairs = zip(before[critic.name], stage.modules[critic.name].parameters(), strict=True)
        assert any(not (old == new).all() for old, new in pairs)


class Listening(Discriminator):
    """Remembers what it was shown."""

    judges = "audio-video"

    def __init__(self) -> None:
        self.shown: list[Sample] = []

    def network(self, like: Sample) -> nn.Module:
        return Remembering(self.shown)


class Remembering(nn.Module):
    def __init__(self, shown: list[Sample]) -> None:
        super().__init__()
        self.shown, self.say = shown, nn.Linear(1, 1)

    def forward(self, sample: Sample) -> Judgement:
        self.shown.append(sample)
        assert sample.frames is not None
        said: Tensor = self.say(sample.frames.mean((2, 3, 4))[..., None])
        return Judgement([said])


def test_a_critic_of_sound_also_sees_real_pictures_with_sound_of_another_time() -> None:
    part = Listening()
    critics = [Critic("synchronisation", part, 1.0)]
    material = sample_material(SamplePlan(frames=40), maps=["eye_attention"], critics=critics)
    refiner = RenderingToVideo(width=2, downs=2, blocks=1, local_blocks=1, perceptual="none")
    stage = refiner.stage("refiner", material, Plan(steps=2, batch=2))
    batch = stage.batch(0, Shard()).to("cpu")
    part.shown.clear()
    for turn in stage.turns:
        turn.losses(stage.modules, batch)
    _, real, made, wrong = part.shown  # the generator's turn, then the critic's
    assert real.frames is not None and wrong.frames is not None and made.frames is not None
    assert torch.equal(wrong.frames, real.frames) and not torch.equal(made.frames, real.frames)
    assert real.sound is not None and wrong.sound is not None and made.sound is not None
    assert torch.equal(made.sound, real.sound)
    assert bool((wrong.sound - real.sound).abs().amax((1, 2)).gt(0).all())
