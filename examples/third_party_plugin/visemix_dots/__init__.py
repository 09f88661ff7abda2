"""Shows the landmarks that the face model asks for: what a refiner is given to work with."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import Refiner
from visemix_dots.refiner import Dots


@hookimpl
def visemix_refiners() -> dict[str, type[Refiner]]:
    """``dots``."""
    return {"dots": Dots}
