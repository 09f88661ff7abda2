"""Chooses the engine that fits the MediaPipe that is installed."""

import importlib
import os
from pathlib import Path
from typing import Any

from visemix.core.errors import PluginError
from visemix.plugins.mediapipe_tracker.engine import Engine, EngineSettings
from visemix.plugins.mediapipe_tracker.face_landmarker import FaceLandmarkerEngine
from visemix.plugins.mediapipe_tracker.face_mesh import FaceMeshEngine
from visemix.plugins.mediapipe_tracker.quiet import quiet

INSTALL = "pip install --no-deps mediapipe==0.10.21"
MODEL_FILE = "face_landmarker.task"


def open_engine(settings: EngineSettings) -> Engine:
    """The engine for this installation.

    Args:
        settings: how it looks.

    Raises:
        PluginError: MediaPipe is not installed, or has no model.
    """
    mediapipe = _import_mediapipe()
    model = settings.model
    if model is None and not has_face_mesh(mediapipe):
        model = cached_model()
        if model is None:
            version = getattr(mediapipe, "__version__", "unknown")
            raise PluginError(
                f"mediapipe {version} brings no face model",
                where=str(cache_folder() / MODEL_FILE),
                do=f"put {MODEL_FILE} there, name it as tracker.model, or run `{INSTALL}`",
            )
    if model is not None:
        return FaceLandmarkerEngine(mediapipe, model, settings)
    return FaceMeshEngine(mediapipe, settings)


def _import_mediapipe() -> Any:
    try:
        with quiet():
            return importlib.import_module("mediapipe")
    except ImportError as e:
        missing = (e.name or "").split(".")[0]
        what = "mediapipe is not installed"
        if missing and missing != "mediapipe":
            what = f"mediapipe cannot be imported: {e}"
        raise PluginError(what, where="tracker mediapipe", do=f"`{INSTALL}`") from e


def has_face_mesh(mediapipe: Any) -> bool:
    """Whether the installed wheel carries the face mesh and its models (up to 0.10.30)."""
    if not hasattr(mediapipe, "solutions"):
        return False
    models = Path(mediapipe.__file__).parent / "modules" / "face_landmark"
    return (models / "face_landmark_with_attention.tflite").is_file()


def cache_folder() -> Path:
    """Where downloaded models are looked for."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "visemix"


def cached_model() -> Path | None:
    """The face landmarker model in the cache, if it is there."""
    model = cache_folder() / MODEL_FILE
    return model if model.is_file() else None
