"""Engine of MediaPipe up to 0.10.30, whose wheel carries the models."""

from typing import Any

import numpy as np

from visemix.core.values.subject import Picture
from visemix.plugins.mediapipe_tracker.engine import EngineSettings, Landmarks
from visemix.plugins.mediapipe_tracker.quiet import quiet

_SETTLED = 3
"""Calls with a face after which every calculator of the graph has said what it had to say."""


class FaceMeshEngine:
    """The ``solutions`` interface.

    Args:
        mediapipe: the imported package.
        settings: how it looks.
    """

    def __init__(self, mediapipe: Any, settings: EngineSettings) -> None:
        self._calls_with_face = 0
        with quiet():
            self._mesh = mediapipe.solutions.face_mesh.FaceMesh(
                static_image_mode=settings.still,
                max_num_faces=settings.max_faces,
                refine_landmarks=True,
                min_detection_confidence=min(settings.min_confidence, 0.5),
                min_tracking_confidence=settings.min_confidence,
            )
            # Its calculators start, and talk, in threads: wait until they have.
            self._mesh.process(np.zeros((64, 64, 3), np.uint8))

    def detect(self, picture: Picture) -> list[Landmarks]:
        """See Engine."""
        if self._calls_with_face >= _SETTLED:
            return self._detect(picture)
        with quiet():
            faces = self._detect(picture)
        self._calls_with_face += bool(faces)
        return faces

    def _detect(self, picture: Picture) -> list[Landmarks]:
        height, width = picture.shape[:2]
        found = self._mesh.process(picture).multi_face_landmarks or []
        return [scaled(face.landmark, width, height) for face in found]

    def close(self) -> None:
        """See Engine."""
        self._mesh.close()


def scaled(points: Any, width: int, height: int) -> Landmarks:
    """MediaPipe's normalised points to px; its depth has the scale of x."""
    flat = np.array([(p.x, p.y, p.z) for p in points], np.float32)
    return flat * np.array([width, height, width], np.float32)
