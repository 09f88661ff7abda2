"""Discriminators that judge patches of a picture: any recipe may name them."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import Discriminator


@hookimpl
def visemix_discriminators() -> dict[str, type[Discriminator]]:
    """``multiscale-patch`` and ``patch``."""
    from visemix.plugins.patch_critics.discriminator import MultiscalePatch, Patch

    return {"multiscale-patch": MultiscalePatch, "patch": Patch}
