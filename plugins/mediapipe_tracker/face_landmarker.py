"""Engine of MediaPipe's Tasks interface, whose model is a file of its own."""

from pathlib import Path
from typing import Any

import numpy as np

from visemix.core.errors import PluginError
from visemix.core.values.subject import Picture
from visemix.plugins.mediapipe_tracker.engine import EngineSettings, Landmarks
from visemix.plugins.mediapipe_tracker.face_mesh import scaled
from visemix.plugins.mediapipe_tracker.quiet import quiet

_STEP_MS = 33  # time stamps only have to grow
_SETTLED = 3


class FaceLandmarkerEngine:
    """``mediapipe.tasks.python.vision.FaceLandmarker``.

    Args:
        mediapipe: the imported package.
        model: face_landmarker.task.
        settings: how it looks; their ``model`` is not looked at.

    Raises:
        PluginError: the file is no such model.
    """

    def __init__(self, mediapipe: Any, model: Path, settings: EngineSettings) -> None:
        self._image = mediapipe.Image
        self._format = mediapipe.ImageFormat.SRGB
        self._still = settings.still
        self._time_ms = 0
        self._calls_with_face = 0
        tasks = mediapipe.tasks
        mode = tasks.vision.RunningMode
        options = tasks.vision.FaceLandmarkerOptions(
            # The content, not the path: MediaPipe resolves paths against its own folder.
            base_options=tasks.BaseOptions(model_asset_buffer=_content(model)),
            running_mode=mode.IMAGE if settings.still else mode.VIDEO,
            num_faces=settings.max_faces,
            min_face_detection_confidence=min(settings.min_confidence, 0.5),
            min_face_presence_confidence=settings.min_confidence,
            min_tracking_confidence=min(settings.min_confidence, 0.5),
        )
        try:
            with quiet():
                self._landmarker = tasks.vision.FaceLandmarker.create_from_options(options)
        except (RuntimeError, ValueError) as e:
            raise _no_model(model) from e

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
        image = self._image(image_format=self._format, data=np.ascontiguousarray(picture))
        if self._still:
            result = self._landmarker.detect(image)
        else:
            self._time_ms += _STEP_MS
            result = self._landmarker.detect_for_video(image, self._time_ms)
        return [scaled(face, width, height) for face in result.face_landmarks]

    def close(self) -> None:
        """See Engine."""
        self._landmarker.close()


def _content(model: Path) -> bytes:
    try:
        return model.read_bytes()
    except OSError as e:
        raise _no_model(model) from e


def _no_model(model: Path) -> PluginError:
    do = "give the path of MediaPipe's face_landmarker.task as tracker.model"
    return PluginError("it is not a face landmarker model", where=model, do=do)
