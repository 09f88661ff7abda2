"""Parts that do nothing, for systems that lack a stage."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import FaceModel, ReferenceMatcher, Renderer
from visemix.plugins.null_parts.blank import Blank
from visemix.plugins.null_parts.no_mesh import NoMesh
from visemix.plugins.null_parts.own_frames import OwnFrames


@hookimpl
def visemix_matchers() -> dict[str, type[ReferenceMatcher]]:
    """``own-frames``."""
    return {"own-frames": OwnFrames}


@hookimpl
def visemix_face_models() -> dict[str, type[FaceModel]]:
    """``no-mesh``."""
    return {"no-mesh": NoMesh}


@hookimpl
def visemix_renderers() -> dict[str, type[Renderer]]:
    """``blank``."""
    return {"blank": Blank}
