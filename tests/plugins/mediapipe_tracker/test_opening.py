import sys
import types
from pathlib import Path

import numpy as np
import pytest

from visemix.core.errors import PluginError
from visemix.plugins.mediapipe_tracker.engine import EngineSettings
from visemix.plugins.mediapipe_tracker.face_landmarker import FaceLandmarkerEngine
from visemix.plugins.mediapipe_tracker.face_mesh import FaceMeshEngine
from visemix.plugins.mediapipe_tracker.opening import cached_model, has_face_mesh, open_engine


def test_the_wheel_with_models() -> None:
    engine = open_engine(EngineSettings())
    assert isinstance(engine, FaceMeshEngine)
    engine.close()


def test_mediapipe_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mediapipe", None)
    with pytest.raises(PluginError, match=r"`pip install --no-deps mediapipe==0\.10\.21`"):
        open_engine(EngineSettings())


def without_models(folder: Path) -> types.ModuleType:
    """A MediaPipe like 0.10.31: no ``solutions``, no models."""
    module = types.ModuleType("mediapipe")
    module.__file__ = str(folder / "__init__.py")
    module.__version__ = "0.10.31"  # type: ignore[attr-defined]  # modules have any attribute
    return module


def test_a_wheel_without_models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "mediapipe", without_models(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(PluginError, match=r"mediapipe 0\.10\.31 brings no face model") as caught:
        open_engine(EngineSettings())
    assert "face_landmarker.task" in caught.value.where


def test_the_cache_is_looked_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cached_model() is None
    (tmp_path / "visemix").mkdir()
    (tmp_path / "visemix" / "face_landmarker.task").write_bytes(b"x")
    assert cached_model() == tmp_path / "visemix" / "face_landmarker.task"
    assert not has_face_mesh(without_models(tmp_path))


@pytest.mark.parametrize("content", [b"", b"no model at all", None])
def test_a_model_that_is_none(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "face_landmarker.task"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PluginError, match="not a face landmarker model"):
        open_engine(EngineSettings(model=path))


class _Options:
    def __init__(self, **settings: object) -> None:
        self.settings = settings

    def __getitem__(self, name: str) -> object:
        return self.settings[name]


class _Landmarker:
    """Stands for the Tasks landmarker: sees one face of three points, the last time stamp in x."""

    made = _Options()

    @classmethod
    def create_from_options(cls, options: _Options) -> "_Landmarker":
        cls.made = options
        return cls()

    def detect_for_video(self, image: object, time_ms: int) -> types.SimpleNamespace:
        point = types.SimpleNamespace(x=time_ms / 1000, y=0.5, z=-0.1)
        return types.SimpleNamespace(face_landmarks=[[point] * 3])

    def detect(self, image: object) -> types.SimpleNamespace:
        return types.SimpleNamespace(face_landmarks=[])

    def close(self) -> None: ...


def tasks_module() -> types.SimpleNamespace:
    vision = types.SimpleNamespace(
        RunningMode=types.SimpleNamespace(IMAGE="image", VIDEO="video"),
        FaceLandmarkerOptions=_Options,
        FaceLandmarker=_Landmarker,
    )
    return types.SimpleNamespace(
        Image=_Options,
        ImageFormat=types.SimpleNamespace(SRGB=1),
        tasks=types.SimpleNamespace(vision=vision, BaseOptions=_Options),
    )


def test_the_tasks_interface(tmp_path: Path) -> None:
    model = tmp_path / "m.task"
    model.write_bytes(b"model")
    engine = FaceLandmarkerEngine(tasks_module(), model, EngineSettings(max_faces=3))
    assert _Landmarker.made["num_faces"] == 3
    assert _Landmarker.made["running_mode"] == "video"
    picture = np.zeros((100, 200, 3), np.uint8)
    first, second = engine.detect(picture)[0], engine.detect(picture)[0]
    assert second[0, 0] > first[0, 0]  # time stamps grow
    assert first[0, 1:].tolist() == [50.0, -20.0]  # y by the height, z by the width


def test_the_tasks_interface_on_unrelated_pictures(tmp_path: Path) -> None:
    model = tmp_path / "m.task"
    model.write_bytes(b"model")
    still = FaceLandmarkerEngine(tasks_module(), model, EngineSettings(still=True))
    assert still.detect(np.zeros((100, 200, 3), np.uint8)) == []
    assert _Landmarker.made["running_mode"] == "image"
