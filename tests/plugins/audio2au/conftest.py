from collections.abc import Callable
from functools import partial

import pytest

from visemix.core.testing.samples import sample_features
from visemix.core.training.dataset import Example
from visemix.core.values.features import AudioFeatures
from visemix.core.values.subject import Subject
from visemix.plugins.audio2au.attribute_model import Audio2AuSpeech
from visemix.plugins.audio2au.classifier import Audio2AuClassifier
from visemix.plugins.audio2au.refiner import Audio2AuDecoder

MakeSpeech = Callable[..., Audio2AuSpeech]
MakeDecoder = Callable[..., Audio2AuDecoder]
MakeClassifier = Callable[..., Audio2AuClassifier]


@pytest.fixture(scope="session")
def speech() -> MakeSpeech:
    """Makes small models of codes of 12 + 5 x 4 numbers."""
    return partial(Audio2AuSpeech, latent=32, unit=4, width=2, sequence=8)


@pytest.fixture(scope="session")
def decoder() -> MakeDecoder:
    """Makes small decoders of 32 px."""
    small = partial(Audio2AuDecoder, size=32, width=4, identity=8, latent=32, unit=4, hidden=16)
    return partial(small, perceptual="none", sequence=8)


@pytest.fixture(scope="session")
def classifier() -> MakeClassifier:
    """Makes small classifiers of faces of 32 px."""
    return partial(Audio2AuClassifier, size=32, width=4, hidden=16, sequence=8)


@pytest.fixture(scope="session")
def features() -> AudioFeatures:
    return sample_features("mfcc", (75, 28, 12), 25.0)


@pytest.fixture(scope="session")
def example(subject: Subject, features: AudioFeatures) -> Example:
    return Example(subject, features)
