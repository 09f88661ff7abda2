"""How well face models lie on tracked clips, and how long fitting them takes.

python -m benchmarks.face_models            anchor and vlogger, every face model
python -m benchmarks.face_models anchor --models ict

The error is the mean over all frames with a face and over MediaPipe's 468 mesh landmarks of the
distance in the picture between where the fitted model has a landmark and where the tracker saw it,
divided by the distance between the eyes: that between the means of the 16 lid landmarks of either
eye, mean over the frames. "identity only" is the same without what a person's neutral shape takes
up beyond the model's identity (setting ``personal``). One thread; FaceKit is the npz in ../shared.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs
import torch

import visemix
from benchmarks.clips import CLIPS, MEDIA, Clip
from visemix.core.fitting.mediapipe_points import EYE_LEFT, EYE_RIGHT
from visemix.core.interfaces import FaceModel
from visemix.core.timeline import cut
from visemix.core.values.subject import Subject
from visemix.plugins.bfm.model import BfmFace
from visemix.plugins.ict.model import IctFace
from visemix.plugins.landmark_mesh.model import LandmarkMesh
from visemix.plugins.rasterizer_cpu.renderer import RasterizerCpu
from visemix.registry.hardware import hardware_line

FACEKIT = MEDIA.parent / "models" / "ict_face_fp16.npz"
RESULT = Path(__file__).parent / "results" / "face_models.json"
ROW = "{:<9} {:<22} {:>9} {:>9} {:>12} {:>8} {:>8} {:>9}"
HEAD = ("clip", "face model", "error", "error px", "identity only", "fit s", "look s", "mesh fps")
DRAWN = 50
"""Frames whose mesh is made for the rate."""

Build = Callable[..., FaceModel]


def models() -> Mapping[str, Build]:
    """Name -> its maker, with settings."""

    def ict(**settings: object) -> FaceModel:
        return IctFace(model=FACEKIT, **settings)  # type: ignore[arg-type]  # settings of a recipe

    def bfm(**settings: object) -> FaceModel:
        return BfmFace(model="synthetic", **settings)  # type: ignore[arg-type]  # as above

    return {"landmark-mesh": LandmarkMesh, "ict": ict, "bfm (synthetic)": bfm}


@attrs.frozen
class Figures:
    """One face model on one clip.

    Attributes:
        error: mean landmark error over the distance between the eyes.
        error_px: the same in px of the frame.
        identity_only: error without a personal neutral shape; None where there is no such setting.
        fit_s: seconds for identity, pose and expressions of all frames.
        look_s: seconds for colours and light on top.
        mesh_fps: posed meshes per second.
    """

    error: float
    error_px: float
    identity_only: float | None
    fit_s: float
    look_s: float
    mesh_fps: float


def measure(build: Build, subject: Subject, *, personal: bool) -> Figures:
    """Fit one model and time it."""
    between = eyes_apart(subject)
    plain = build(albedo="none")
    start = time.perf_counter()
    fit = plain.fit(subject.track)
    fitted = time.perf_counter()
    build(albedo="low").fit(subject.track, subject.frames, RasterizerCpu())
    looked = time.perf_counter()
    posed = attrs.evolve(subject, fit=fit)
    begin = time.perf_counter()
    plain.geometry(cut(fit.attributes, 0, DRAWN), posed)
    rate = DRAWN / (time.perf_counter() - begin)
    only = None
    if personal:
        only = build(albedo="none", personal=False).fit(subject.track).error_px / between
    spent = fitted - start
    return Figures(fit.error_px / between, fit.error_px, only, spent, looked - fitted - spent, rate)


def eyes_apart(subject: Subject) -> float:
    """Mean distance between the middles of the eyes, px."""
    points = subject.track.landmarks[subject.track.found][..., :2]
    right, left = (points[:, list(eye)].mean(1) for eye in (EYE_RIGHT, EYE_LEFT))
    return float((right - left).norm(dim=-1).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="*", default=["anchor", "vlogger"])
    parser.add_argument("--models", nargs="*", default=list(models()))
    arguments = parser.parse_args()
    if not FACEKIT.is_file():
        raise SystemExit(f"there is no FaceKit at {FACEKIT}")
    torch.set_num_threads(1)
    print(hardware_line())
    print(ROW.format(*HEAD))
    rows = {}
    for clip in CLIPS:
        if clip.name in arguments.clips:
            rows[clip.name] = run(clip, arguments.models)
    before = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    clips = {**before.get("clips", {}), **rows}
    about = {"hardware": hardware_line(), "threads": 1, "clips": clips}
    RESULT.write_text(json.dumps(about, indent=1) + "\n")


def run(clip: Clip, names: list[str]) -> dict[str, object]:
    """All models on one clip, the whole of it."""
    pipeline = visemix.load("default")
    pipeline.settings = attrs.evolve(pipeline.settings, max_seconds=600.0)
    found: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder:
        subject = pipeline.prepare(clip.path, folder=Path(folder) / "subject")
        found["frames"] = len(subject.frames)
        found["eyes_apart_px"] = eyes_apart(subject)
        for name in names:
            figures = measure(models()[name], subject, personal=name != "landmark-mesh")
            found[name] = attrs.asdict(figures)
            only = "" if figures.identity_only is None else f"{figures.identity_only:.2%}"
            numbers = (f"{figures.error:.2%}", f"{figures.error_px:.2f}", only)
            times = (f"{figures.fit_s:.1f}", f"{figures.look_s:.1f}", f"{figures.mesh_fps:.0f}")
            print(ROW.format(clip.name, name, *numbers, *times))
    return found


if __name__ == "__main__":
    main()
