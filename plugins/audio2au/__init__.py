"""Chen et al.: one photo speaks, driven by sound and speech-related action units."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import AttributeModel, Discriminator, Refiner


@hookimpl
def visemix_attribute_models() -> dict[str, type[AttributeModel]]:
    """``audio2au-speech``."""
    from visemix.plugins.audio2au.attribute_model import Audio2AuSpeech

    return {"audio2au-speech": Audio2AuSpeech}


@hookimpl
def visemix_refiners() -> dict[str, type[Refiner]]:
    """``audio2au-decoder``."""
    from visemix.plugins.audio2au.refiner import Audio2AuDecoder

    return {"audio2au-decoder": Audio2AuDecoder}


@hookimpl
def visemix_discriminators() -> dict[str, type[Discriminator]]:
    """``audio2au-classifier``."""
    from visemix.plugins.audio2au.classifier import Audio2AuClassifier

    return {"audio2au-classifier": Audio2AuClassifier}
