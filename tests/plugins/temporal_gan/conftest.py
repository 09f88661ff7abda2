from collections.abc import Callable
from functools import partial

import attrs
import pytest

from visemix.core.testing.samples import SamplePlan, sample_features, sample_subject
from visemix.core.training.dataset import Example
from visemix.core.values.features import AudioFeatures
from visemix.core.values.subject import Subject
from visemix.plugins.temporal_gan.attribute_model import TemporalGanLatent
from visemix.plugins.temporal_gan.refiner import TemporalGanDecoder

SAMPLES = 3_200

MakeLatent = Callable[..., TemporalGanLatent]
MakeDecoder = Callable[..., TemporalGanDecoder]


def windows(frames: int) -> AudioFeatures:
    loud = sample_features("raw", (frames, 1, SAMPLES), 25.0)
    return attrs.evolve(loud, values=0.2 * loud.values)


@pytest.fixture(scope="session")
def latent_model() -> MakeLatent:
    """Makes small models that hear 16 kHz."""
    return partial(TemporalGanLatent, rate=16_000, latent=12, noise_size=4, width=2)


@pytest.fixture(scope="session")
def decoder() -> MakeDecoder:
    """Makes small decoders of 32 x 24 px."""
    return partial(TemporalGanDecoder, height=32, width=4, identity=8, latent=12, sequence=10)


@pytest.fixture
def learned(decoder: MakeDecoder) -> MakeDecoder:
    """The same with weights that count as learned."""

    def make(**settings: object) -> TemporalGanDecoder:
        part = decoder(**settings)
        part.load_weights(part.weights())
        return part

    return make


@pytest.fixture(scope="session")
def features() -> AudioFeatures:
    return windows(75)


@pytest.fixture(scope="session")
def example(subject: Subject, features: AudioFeatures) -> Example:
    return Example(subject, features)


@pytest.fixture(scope="session")
def short() -> Example:
    return Example(sample_subject(SamplePlan(frames=12)), windows(12))
