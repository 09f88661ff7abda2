"""Face tracking with Google's MediaPipe (478 points), on the CPU."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import FaceTracker
from visemix.plugins.mediapipe_tracker.tracker import MediaPipeTracker


@hookimpl
def visemix_trackers() -> dict[str, type[FaceTracker]]:
    """The tracker this plugin offers."""
    return {"mediapipe": MediaPipeTracker}
