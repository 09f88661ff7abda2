"""Face model of the ICT-FaceKit: a morphable head with 57 named expressions."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import FaceModel
from visemix.plugins.ict.model import IctFace


@hookimpl
def visemix_face_models() -> dict[str, type[FaceModel]]:
    """``ict``."""
    return {"ict": IctFace}
