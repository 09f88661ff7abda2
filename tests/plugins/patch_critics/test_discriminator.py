import torch

from visemix.core.interfaces import Sample
from visemix.plugins.patch_critics.discriminator import MultiscalePatch, Patch


def like(channels: int) -> Sample:
    return Sample(frames=torch.rand(2, 3, 64, 64), condition=torch.rand(2, channels, 64, 64))


def test_the_defaults_are_the_published_critics() -> None:
    multiscale = MultiscalePatch().network(like(30))
    assert sum(p.numel() for p in multiscale.parameters()) == 8_386_371
    patch = Patch().network(like(9))
    assert sum(p.numel() for p in patch.parameters()) == 2_774_849


def test_settings_reach_the_network() -> None:
    shown = like(6)
    critic = MultiscalePatch(scales=2, width=4, layers=1, condition=False)
    judgement = critic.network(shown)(Sample(frames=shown.frames))
    assert len(judgement.scores) == 2
    assert [layer.shape[1] for layer in judgement.features[0]] == [4, 8]


def test_a_rate_of_zero_is_the_stage_s_own() -> None:
    assert Patch().rate is None
    assert Patch(rate=4e-4).rate == 4e-4
