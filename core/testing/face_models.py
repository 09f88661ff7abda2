"""What every FaceModel must do."""

import attrs
import torch
from torch import Tensor

from visemix.core.fitting.landmarks_68 import POINTS, landmarks_68
from visemix.core.interfaces import FaceModel
from visemix.core.testing.expectations import expect, expect_frames, expect_same
from visemix.core.testing.promise import Promise, size_in
from visemix.core.testing.samples import SamplePlan, sample_subject
from visemix.core.timeline import cut
from visemix.core.values.camera import Projection
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.pose import PoseConvention
from visemix.core.values.subject import FaceFit, Subject

NEAR = 0.05
"""How far the landmarks of a fit may be from the tracked ones, in face heights, on average."""

ROUNDING = 1e-3
"""How far a pose in another convention may move a vertex, relative to the mesh."""


def check_face_model_fit(model: FaceModel, promise: Promise) -> None:
    """A fit has attributes for every tracked frame, in the promised basis, twice the same."""
    subject = _subject(promise)
    fit = model.fit(subject.track, subject.frames)
    expect(bool(fit.model), "FaceFit.model must name the face model")
    expect_frames(fit.attributes, len(subject.track.found), "a fit")
    expect(fit.attributes.fps == subject.fps, f"a track at {subject.fps} fps gave another rate")
    expect(0 <= fit.error_px < float("inf"), f"error_px must be finite, it is {fit.error_px}")
    again = model.fit(subject.track, subject.frames)
    expect_same(again, fit, "the same track must give the same fit")
    wanted = promise.all_wanted("attributes", "expression")
    if wanted and fit.attributes.expression is not None:
        basis, size = fit.attributes.basis, fit.attributes.expression.shape[1]
        expect(basis in wanted, f"it takes the basis {wanted}, its fit is in {basis!r}")
        expect(size == size_in(basis, size), f"the basis {basis!r} does not have {size} numbers")
    first = model.fit(cut(subject.track, 0, 1), subject.frames)
    expect_frames(first.attributes, 1, "a fit of one frame")


def check_face_model_geometry(model: FaceModel, promise: Promise) -> None:
    """The mesh of every frame: lengths, indices, orientation, promised masks."""
    fitted = _fitted(model, promise)
    geometry = model.geometry(fitted.fit.attributes, fitted)
    expect_frames(geometry, len(fitted.track.found), "the geometry")
    expect(geometry.fps == fitted.fps, f"attributes at {fitted.fps} fps gave another rate")
    vertices, triangles = geometry.vertices.shape[1], geometry.triangles
    known = bool(((triangles >= 0) & (triangles < vertices)).all())
    expect(known, f"a triangle names a vertex that is not among the {vertices}")
    for name, weights in geometry.masks.weights.items():
        right = weights.shape == (vertices,) and bool(((weights >= 0) & (weights <= 1)).all())
        expect(right, f"the mask {name!r} must be [{vertices}] numbers from 0 to 1")
    offered = promise.offered("geometry", "masks")
    missing = set(offered if isinstance(offered, list) else []) - set(geometry.masks.weights)
    expect(not missing, f"its manifest promises the masks {sorted(map(str, missing))}")
    promise.expect_kept("geometry", "camera", geometry.camera.projection.value)
    crop = fitted.track.crop
    size = (geometry.camera.height, geometry.camera.width)
    expect(size == (crop.height, crop.width), f"the camera's {size} is not the size of the crop")
    if len(triangles):
        expect(_outward(geometry) > 0, "triangles must be counter-clockwise seen from outside")


def check_face_model_place(model: FaceModel, promise: Promise) -> None:
    """The landmarks of a fitted clip, or the 68 among them, lie where the tracker saw them."""
    fitted = _fitted(model, promise)
    made = model.geometry(fitted.fit.attributes, fitted).landmarks
    if made is None:
        return
    track, matrix = fitted.track, fitted.track.crop.matrix
    seen = track.landmarks
    if made.shape[1] == POINTS:
        seen = landmarks_68(seen)
    what = f"it must have as many landmarks as the track, or {POINTS}"
    expect(made.shape == seen.shape, what)
    seen = seen[..., :2] @ matrix[:, :2].T + matrix[:, 2]
    height = (seen.amax(1) - seen.amin(1))[:, 1].mean()
    error = torch.linalg.vector_norm(made[..., :2] - seen, dim=-1)[track.found].mean() / height
    what = f"landmarks must be crop px, they are {float(error):.0%} of a face height off"
    expect(float(error) <= NEAR, what)


def check_face_model_poses(model: FaceModel, promise: Promise) -> None:
    """The same pose in every convention it takes gives the same mesh."""
    fitted = _fitted(model, promise)
    attributes = fitted.fit.attributes
    if attributes.pose is None:
        return
    wanted = promise.all_wanted("attributes", "pose")
    whole = model.geometry(attributes, fitted).vertices
    for convention in PoseConvention:
        if wanted and "any" not in wanted and convention.value not in wanted:
            continue
        posed = attrs.evolve(attributes, pose=attributes.pose.to(convention))
        found = model.geometry(posed, fitted).vertices
        expect(_near(found, whole), f"the pose in {convention.value} gives another mesh")


def check_face_model_pieces(model: FaceModel, promise: Promise) -> None:
    """Every frame is what it is alone: clips are drawn piece by piece."""
    fitted = _fitted(model, promise)
    attributes = fitted.fit.attributes
    whole = model.geometry(attributes, fitted)
    piece = model.geometry(cut(attributes, 3, 9), fitted)
    expect(_near(piece.vertices, whole.vertices[3:9]), "frames 3 to 8 alone give another mesh")
    expect(torch.equal(piece.crop, whole.crop[3:9]), "frames 3 to 8 alone have another crop")


FACE_MODEL_CHECKS = (
    check_face_model_fit,
    check_face_model_geometry,
    check_face_model_place,
    check_face_model_poses,
    check_face_model_pieces,
)


def _subject(promise: Promise) -> Subject:
    basis = str(promise.wanted("attributes", "expression", "landmark-mesh-64"))
    return sample_subject(SamplePlan(basis=basis, expression=size_in(basis, 64)))


def _fitted(model: FaceModel, promise: Promise) -> Subject:
    subject = _subject(promise)
    fit: FaceFit = model.fit(subject.track, subject.frames)
    return attrs.evolve(subject, fit=fit)


def _outward(geometry: FaceGeometry) -> float:
    """Signed area of the first frame as it is seen, y up; a face shows its outside."""
    vertices = geometry.vertices[0]
    points = vertices[:, :2]
    if geometry.camera.projection is Projection.PERSPECTIVE:
        points = points / (geometry.camera.distance - vertices[:, 2:])
    a, b, c = points[geometry.triangles.long()].unbind(1)
    first, second = b - a, c - a
    return float((first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]).sum())


def _near(found: Tensor, wanted: Tensor) -> bool:
    if found.shape != wanted.shape:
        return False
    size = float(wanted.abs().amax()) if wanted.numel() else 0.0
    return bool(((found - wanted).abs() <= ROUNDING * max(size, 1e-6)).all())
