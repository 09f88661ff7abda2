import pytest
import torch
from torch import Tensor, nn

from visemix.core.errors import InvalidValue
from visemix.core.interfaces import Sample
from visemix.core.networks.patch_gan import NORMS, PatchCritic, PatchSize


def parameters(network: nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())


def sample(channels: int, size: int, batch: int = 1) -> Sample:
    generator = torch.Generator().manual_seed(0)
    frames = torch.rand(batch, 3, size, size, generator=generator)
    condition = torch.rand(batch, channels - 3, size, size, generator=generator)
    return Sample(frames=frames * 2 - 1, condition=condition * 2 - 1)


def test_three_scales_of_facial_have_the_published_size() -> None:
    like = Sample(frames=torch.zeros(1, 3, 512, 512), condition=torch.zeros(1, 30, 512, 512))
    critic = PatchCritic(like, PatchSize(), scales=3)
    assert parameters(critic) == 8_386_371
    with torch.no_grad():
        judgement = critic(like)
    assert [tuple(s.shape[1:]) for s in judgement.scores] == [(1, 67, 67), (1, 35, 35), (1, 19, 19)]
    assert [len(layers) for layers in judgement.features] == [4, 4, 4]


def test_70_px_patches_have_the_published_size() -> None:
    like = Sample(frames=torch.zeros(1, 3, 256, 256), condition=torch.zeros(1, 9, 256, 256))
    critic = PatchCritic(like, PatchSize(norm="batch", padding=1))
    assert round(parameters(critic) / 1e6, 2) == 2.77
    (score,) = critic.eval()(like).scores
    assert score.shape == (1, 1, 30, 30)


def test_a_score_looks_at_70_px() -> None:
    critic = PatchCritic(sample(6, 256), PatchSize(width=4, norm="none", padding=1))
    frames = torch.rand(1, 3, 256, 256, requires_grad=True)
    (score,) = critic(Sample(frames=frames, condition=torch.zeros(1, 3, 256, 256))).scores
    (slope,) = torch.autograd.grad(score[0, 0, 15, 15], frames)
    rows = slope.abs().sum((0, 1, 3)).nonzero().flatten()
    assert int(rows[-1] - rows[0]) + 1 == 70


@pytest.mark.parametrize("norm", NORMS)
def test_every_norm_gives_gradients_to_what_is_judged(norm: str) -> None:
    like = sample(6, 32, batch=2)
    assert like.frames is not None
    like.frames.requires_grad_()
    critic = PatchCritic(like, PatchSize(width=4, layers=2, norm=norm), scales=2)
    scores: list[Tensor] = list(critic(like).scores)
    torch.autograd.backward([s.square().mean() for s in scores])
    assert like.frames.grad is not None
    assert bool(like.frames.grad.any())
    assert all(p.grad is not None for p in critic.parameters())


def test_what_it_was_made_from_can_be_hidden() -> None:
    like = sample(6, 32)
    blind = PatchCritic(like, PatchSize(width=4, layers=2), conditional=False)
    shown = blind(Sample(frames=like.frames)).scores[0]
    assert torch.equal(shown, blind(like).scores[0])


def test_weights_are_drawn_as_published() -> None:
    torch.manual_seed(1)
    critic = PatchCritic(sample(33, 64), PatchSize())
    convolutions = [m for m in critic.modules() if isinstance(m, nn.Conv2d)]
    assert len(convolutions) == 5
    for conv in convolutions[1:4]:
        assert abs(float(conv.weight.detach().std()) - 0.02) < 4e-4
        assert conv.bias is not None
        assert not conv.bias.any()


def test_too_small_pictures_are_refused() -> None:
    with pytest.raises(InvalidValue, match=r"needs 64 px, the frames are 32 x 32.*fewer scales"):
        PatchCritic(sample(6, 32), PatchSize(), scales=3)


def test_a_sample_without_frames_is_refused() -> None:
    with pytest.raises(InvalidValue, match="the sample has none"):
        PatchCritic(Sample(attributes=torch.zeros(1, 4, 2)), PatchSize())


def test_an_unknown_norm_is_refused() -> None:
    with pytest.raises(InvalidValue, match="expected one of batch, instance"):
        PatchSize(norm="layer")


def test_it_can_be_compiled() -> None:
    like = sample(6, 32)
    plain = PatchCritic(like, PatchSize(width=4, layers=2), scales=2)
    expected = plain(like)
    plain.compile(backend="eager", fullgraph=True)
    found = plain(like)
    assert torch.equal(found.scores[1], expected.scores[1])
    assert torch.equal(found.features[0][1], expected.features[0][1])
    assert list(plain.state_dict()) == list(PatchCritic(like, PatchSize(4, 2), 2).state_dict())
