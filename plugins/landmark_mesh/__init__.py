"""Face model built on the tracked landmarks: MediaPipe's canonical mesh."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import FaceModel
from visemix.plugins.landmark_mesh.model import LandmarkMesh


@hookimpl
def visemix_face_models() -> dict[str, type[FaceModel]]:
    """``landmark-mesh``."""
    return {"landmark-mesh": LandmarkMesh}
