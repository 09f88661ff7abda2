"""Vougioukas et al.: a temporal GAN from one aligned photo and speech to frames."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import AttributeModel, Discriminator, Refiner


@hookimpl
def visemix_attribute_models() -> dict[str, type[AttributeModel]]:
    """``temporal-gan-latent``."""
    from visemix.plugins.temporal_gan.attribute_model import TemporalGanLatent

    return {"temporal-gan-latent": TemporalGanLatent}


@hookimpl
def visemix_refiners() -> dict[str, type[Refiner]]:
    """``temporal-gan-decoder``."""
    from visemix.plugins.temporal_gan.refiner import TemporalGanDecoder

    return {"temporal-gan-decoder": TemporalGanDecoder}


@hookimpl
def visemix_discriminators() -> dict[str, type[Discriminator]]:
    """``temporal-gan-frame``, ``temporal-gan-sequence`` and ``temporal-gan-sync``."""
    from visemix.plugins.temporal_gan.discriminators import (
        TemporalGanFrame,
        TemporalGanSequence,
        TemporalGanSync,
    )

    return {
        "temporal-gan-frame": TemporalGanFrame,
        "temporal-gan-sequence": TemporalGanSequence,
        "temporal-gan-sync": TemporalGanSync,
    }
