"""Settings for short trainings that the paper does not have: each does what it says."""

from collections.abc import Callable

import attrs
import pytest
import torch

from visemix.core.testing.sample_material import sample_material
from visemix.core.testing.samples import SamplePlan
from visemix.core.training.dataset import Dataset, Example
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan, Shard
from visemix.plugins.audio2au.attribute_model import Audio2AuSpeech
from visemix.plugins.audio2au.manner import AS_PUBLISHED
from visemix.plugins.audio2au.pictures import FaceNetwork, FaceSize
from visemix.plugins.audio2au.refiner import Audio2AuDecoder
from visemix.plugins.audio2au.speech import AudioEncoder, SpeechSize
from visemix.plugins.audio2au.training import GeneratorStage

MakeStage = Callable[..., GeneratorStage]


@pytest.fixture
def stage(
    example: Example,
    speech: Callable[..., Audio2AuSpeech],
    decoder: Callable[..., Audio2AuDecoder],
) -> MakeStage:
    """Makes reconstruction stages of 8 steps without critics."""
    parts = sample_material(SamplePlan(frames=2)).need_parts()

    def make(**settings: object) -> GeneratorStage:
        given = Material(Dataset([example]), attrs.evolve(parts, attribute_model=speech()))
        plan = Plan(steps=8, batch=2, weights={"au": 0.0})
        made = decoder(units_rate=0.0, **settings).stage("reconstruction", given, plan)
        assert isinstance(made, GeneratorStage)
        return made

    return make


def test_learning_rates_fall_at_the_end_where_that_is_wanted(stage: MakeStage) -> None:
    assert [AS_PUBLISHED.pace(step, 8) for step in (0, 7)] == [1.0, 1.0]
    (turn,) = stage(cooling=0.5).turns
    assert turn.rate is not None
    assert [turn.rate(step) for step in (0, 4, 6)] == [1.0, 1.0, 0.5]


def test_the_mouth_counts_more(stage: MakeStage) -> None:
    found = []
    for weight in (1.0, 9.0):
        one = stage(mouth_weight=weight)
        with torch.no_grad():
            book = one.turns[0].losses(one.modules, one.batch(0, Shard()))
        found.append(float(book["reconstruction"].value))
    assert found[1] > 1.5 * found[0]


def test_a_difference_is_the_identity_image_to_begin_with() -> None:
    size = FaceSize(32, 4, 8, 32, 4, 16, difference=True)
    still, latent = torch.rand(2, 3, 32, 32) * 2 - 1, torch.randn(2, 5, 32)
    network = FaceNetwork(size).eval()
    made = network(still, latent)
    assert torch.equal(made, still[:, None].expand_as(made))
    made.square().sum().backward()
    last = dict(network.named_parameters())["decoder.last.3.weight"].grad
    assert last is not None and bool(last.any()), "it learns from there"


def test_even_codes_do_not_grow() -> None:
    size = SpeechSize(code=64, unit=4, width=2, even=True)
    encoder = AudioEncoder(size).eval()
    with torch.no_grad():
        for parameter in encoder.narrow.parameters():
            parameter.mul_(50)
        codes = encoder(torch.randn(2, 3, 28, 12))
    torch.testing.assert_close(codes.mean(-1), torch.zeros(2, 3), atol=1e-4, rtol=0)
    torch.testing.assert_close(codes.std(-1, correction=0), torch.ones(2, 3), atol=1e-3, rtol=0)


def test_dropout_rests_when_it_speaks() -> None:
    encoder = AudioEncoder(SpeechSize(code=64, unit=4, width=2, dropout=0.5))
    windows = torch.randn(1, 4, 28, 12)
    encoder.eval()
    with torch.no_grad():
        assert torch.equal(encoder(windows), encoder(windows))
        encoder.train()
        assert not torch.equal(encoder(windows), encoder(windows))
