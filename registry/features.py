"""The features of a subject's own sound, made by a recipe's encoder or read from its folder."""

import hashlib
import json

import attrs

from visemix.core.interfaces import AudioEncoder
from visemix.core.pipeline import reference_features
from visemix.core.values.features import AudioFeatures
from visemix.core.values.subject import Subject
from visemix.registry.build import Built


@attrs.frozen(eq=False)
class FeatureMaker:
    """Makes the features of a subject's own sound.

    Attributes:
        encoder: of the recipe.
    """

    encoder: AudioEncoder

    def __call__(self, subject: Subject) -> AudioFeatures:
        """One window per reference frame."""
        return reference_features(self.encoder, subject)


def feature_key(built: Built) -> str:
    """File name of stored features: the encoder and a hash of its settings."""
    part = built.resolved.part("audio_encoder")
    assert part is not None
    text = json.dumps(dict(part.settings), sort_keys=True, default=str)
    return f"{part.contract.name}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
