"""Chen et al.: one photo speaks, driven by sound and speech-related action units."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import AttributeModel, Discriminator, Refiner


@hookimpl
def visemix_attribute_models() -> dict[str, type[AttributeModel]]:
    """``audio2au-speech`` and, for systems with a mesh, ``audio2au-expression``."""
    from visemix.plugins.audio2au.attribute_model import Audio2AuSpeech
    from visemix.plugins.audio2au.expression_model import Audio2AuExpression

    return {"audio2au-speech": Audio2AuSpeech, "audio2au-expression": Audio2AuExpression}


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
