"""The three critics' networks."""

import pytest
import torch

from visemix.core.errors import InvalidValue
from visemix.core.interfaces import Discriminator, Sample
from visemix.plugins.temporal_gan.critic_networks import CriticSize, SyncCritic, Trunk
from visemix.plugins.temporal_gan.discriminators import (
    TemporalGanFrame,
    TemporalGanSequence,
    TemporalGanSync,
)

SIZES = [(128, 96), (64, 64), (33, 47)]


def pictures(*shape: int) -> torch.Tensor:
    return 2 * torch.rand(shape, generator=torch.Generator().manual_seed(0)) - 1


def clip(size: tuple[int, int], frames: int = 7, sound: int = 3200) -> Sample:
    return Sample(
        frames=pictures(2, frames, 3, *size),
        condition=pictures(2, frames, 40, *size),
        sound=pictures(2, frames, sound),
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("condition", [True, False])
def test_the_frame_critic_takes_pictures_of_any_size(
    size: tuple[int, int], condition: bool
) -> None:
    sample = Sample(frames=pictures(3, 3, *size), condition=pictures(3, 40, *size))
    network = TemporalGanFrame(width=4, condition=condition).network(sample)
    judgement = network(sample)
    assert judgement.scores[0].shape == (3, 1)
    other = Sample(frames=sample.frames, condition=-pictures(3, 40, *size))
    assert torch.equal(network(other).scores[0], judgement.scores[0]) != condition


def test_the_frame_critic_has_six_layers_as_the_identity_encoder() -> None:
    trunk = Trunk(6, 1, (128, 96), CriticSize(width=2))
    assert len(trunk.layers) == 5
    assert trunk.last.kernel_size == (4, 3)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("sound", [True, False])
def test_the_sequence_critic_judges_the_whole(size: tuple[int, int], sound: bool) -> None:
    sample = clip(size)
    torch.manual_seed(0)
    network = TemporalGanSequence(width=2, hidden=4, sound=sound).network(sample).eval()
    assert network(sample).scores[0].shape == (2, 1)
    assert sample.frames is not None and sample.sound is not None
    longer = Sample(frames=sample.frames.repeat(1, 2, 1, 1, 1), sound=sample.sound.repeat(1, 2, 1))
    assert network(longer).scores[0].shape == (2, 1)
    backwards = Sample(frames=sample.frames.flip(1), sound=sample.sound)
    assert not torch.equal(network(backwards).scores[0], network(sample).scores[0])
    deaf = Sample(frames=sample.frames, sound=-sample.sound)
    assert torch.equal(network(deaf).scores[0], network(sample).scores[0]) != sound


@pytest.mark.parametrize("size", SIZES)
def test_the_sync_critic_judges_every_snippet(size: tuple[int, int]) -> None:
    sample = clip(size)
    network = SyncCritic(sample, CriticSize(4, 4))
    assert network(sample).scores[0].shape == (2, 3)
    assert sample.frames is not None and sample.sound is not None
    one = Sample(frames=sample.frames[:, 2:7], sound=sample.sound[:, 2:7])
    network.eval()
    torch.testing.assert_close(network(one).scores[0], network(sample).scores[0][:, 2:])


def test_the_sync_critic_sees_the_lower_half_and_hears_the_middle() -> None:
    sample = clip((32, 24), frames=5)
    network = SyncCritic(sample, CriticSize(4, 3)).eval()
    assert sample.frames is not None and sample.sound is not None
    frames, sound = sample.frames.clone().requires_grad_(), sample.sound.clone().requires_grad_()
    network(Sample(frames=frames, sound=sound)).scores[0].sum().backward()
    assert frames.grad is not None and sound.grad is not None
    assert not frames.grad[..., :16, :].any() and frames.grad[..., 16:, :].any()
    assert sound.grad[:, 2].any() and not sound.grad[:, [0, 1, 3, 4]].any()


def test_the_sync_critic_begins_undecided_and_likes_the_near_better() -> None:
    sample = clip((64, 48))
    network = SyncCritic(sample, CriticSize(8, 4))
    assert float(network(sample).scores[0].detach().mean().abs()) < 0.2
    with torch.no_grad():
        near, far = network.judging(torch.tensor([[0.1], [0.9]]))
    assert float(near) > float(far)


def test_fewer_frames_than_a_snippet_are_one_snippet() -> None:
    sample = clip((32, 24), frames=3)
    assert SyncCritic(sample, CriticSize(4, 3))(sample).scores[0].shape == (2, 1)


@pytest.mark.parametrize("length", [3200, 10_000, 8_820, 4_001])
def test_windows_of_any_length_are_heard(length: int) -> None:
    sample = clip((32, 24), sound=length)
    assert SyncCritic(sample, CriticSize(4, 3))(sample).scores[0].isfinite().all()


@pytest.mark.parametrize(
    ("critic", "sample", "what"),
    [
        (TemporalGanFrame(), clip((32, 24)), r"expected \[B, 3, H, W\]"),
        (TemporalGanSequence(), Sample(frames=pictures(2, 3, 32, 24)), r"\[B, T, 3, H, W\]"),
        (TemporalGanSync(), Sample(frames=pictures(2, 7, 3, 32, 24)), "window of sound"),
        (TemporalGanSequence(sound=True), Sample(frames=pictures(2, 7, 3, 32, 24)), "sound"),
        (TemporalGanFrame(), Sample(), "got None"),
    ],
)
def test_what_they_cannot_judge_is_refused(
    critic: Discriminator, sample: Sample, what: str
) -> None:
    with pytest.raises(InvalidValue, match=what):
        critic.network(sample)


def test_their_own_learning_rates() -> None:
    assert TemporalGanFrame().rate == 1e-4
    assert TemporalGanSequence().rate == TemporalGanSync().rate == 1e-5
    assert TemporalGanSync(rate=0.0).rate is None
