"""Parts that do nothing, for systems that lack a stage."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import ReferenceMatcher
from visemix.plugins.null_parts.own_frames import OwnFrames


@hookimpl
def visemix_matchers() -> dict[str, type[ReferenceMatcher]]:
    """``own-frames``."""
    return {"own-frames": OwnFrames}
