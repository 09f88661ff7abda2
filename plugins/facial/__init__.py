"""FACIAL: speech to expression, head pose and blinks, and renderings to video."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import AttributeModel, Discriminator, Refiner


@hookimpl
def visemix_attribute_models() -> dict[str, type[AttributeModel]]:
    """FACIAL-GAN."""
    from visemix.plugins.facial.attribute_model import FacialGan

    return {"facial-gan": FacialGan}


@hookimpl
def visemix_refiners() -> dict[str, type[Refiner]]:
    """The rendering-to-video network."""
    from visemix.plugins.facial.refiner import RenderingToVideo

    return {"facial-render-to-video": RenderingToVideo}


@hookimpl
def visemix_discriminators() -> dict[str, type[Discriminator]]:
    """The critics of both trainings."""
    from visemix.plugins.facial.attribute_critic import AttributeCritic

    return {"facial-attribute-critic": AttributeCritic}
