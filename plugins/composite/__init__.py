"""Talking faces made of real pictures of the person: matched, moved, re-textured, blended."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import ReferenceMatcher, Refiner
from visemix.plugins.composite.matcher import MotionMatcher
from visemix.plugins.composite.refiner import Composite


@hookimpl
def visemix_matchers() -> dict[str, type[ReferenceMatcher]]:
    """``motion-matcher``."""
    return {"motion-matcher": MotionMatcher}


@hookimpl
def visemix_refiners() -> dict[str, type[Refiner]]:
    """``composite``."""
    return {"composite": Composite}
