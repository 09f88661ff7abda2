from collections.abc import Callable
from typing import Any, cast

import pytest

from visemix.core.testing.samples import sample_features, sample_subject
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

    def make(**settings: object) -> Audio2AuSpeech:
        small = {"latent": 32, "unit": 4, "width": 2, "sequence": 8}
        return Audio2AuSpeech(**cast(Any, {**small, **settings}))

    return make


@pytest.fixture(scope="session")
def decoder() -> MakeDecoder:
    """Makes small decoders of 32 px."""

    def make(**settings: object) -> Audio2AuDecoder:
        small = {"size": 32, "width": 4, "identity": 8, "latent": 32, "unit": 4, "hidden": 16}
        more = {"perceptual": "none", "sequence": 8}
        return Audio2AuDecoder(**cast(Any, {**small, **more, **settings}))

    return make


@pytest.fixture(scope="session")
def classifier() -> MakeClassifier:
    """Makes small classifiers of faces of 32 px."""

    def make(**settings: object) -> Audio2AuClassifier:
        small = {"size": 32, "width": 4, "hidden": 16, "sequence": 8}
        return Audio2AuClassifier(**cast(Any, {**small, **settings}))

    return make


@pytest.fixture(scope="session")
def subject() -> Subject:
    return sample_subject()  # its face is lost in frames 40 to 42


@pytest.fixture(scope="session")
def features() -> AudioFeatures:
    return sample_features("mfcc", (75, 28, 12), 25.0)


@pytest.fixture(scope="session")
def example(subject: Subject, features: AudioFeatures) -> Example:
    return Example(subject, features)
