"""Face model of the Basel Face Model 2009 as FACIAL, Yi et al. and Deep3D use it."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import FaceModel
from visemix.plugins.bfm.model import BfmFace


@hookimpl
def visemix_face_models() -> dict[str, type[FaceModel]]:
    """``bfm``."""
    return {"bfm": BfmFace}
