"""LandmarkMesh: the face model whose vertices are the tracked landmarks."""

import attrs
import torch
from torch import Tensor

from visemix.core.errors import FaceError, InvalidValue
from visemix.core.fitting.albedo import AlbedoKind, albedo_named
from visemix.core.fitting.alignment import to_camera
from visemix.core.fitting.appearance import Scene, skin_look
from visemix.core.fitting.cameras import mean_pose, projection_named
from visemix.core.fitting.canonical_mesh import canonical_mesh
from visemix.core.fitting.mediapipe_points import LANDMARKS
from visemix.core.interfaces import FaceModel, Renderer
from visemix.core.timeline import length
from visemix.core.tracked_face.expression import BASIS
from visemix.core.tracked_face.face import TrackedPerson, read_face
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.camera import Camera, Projection
from visemix.core.values.geometry import FaceGeometry, Masks
from visemix.core.values.pose import DISTANCE, FOCAL_PX, HeadPose, PoseConvention
from visemix.core.values.rendering import Crop
from visemix.core.values.subject import FaceFit, ReferenceFrames, Subject
from visemix.core.values.track import Track
from visemix.plugins.landmark_mesh.eye_attention import eye_attention
from visemix.plugins.landmark_mesh.perspective import flatten, magnify

MODEL = "landmark-mesh"
LAYOUT = "mediapipe-478"


class LandmarkMesh(FaceModel):
    """Neutral shape + expression + lids, turned and projected.

    ``FaceFit.identity`` holds how far this person's right and left lids close, as multiples of
    the canonical blink.

    Args:
        camera: "orthographic" (vertices in px) or "perspective" (vertices in model units); fit
            and geometry must use the same one, for each camera sees another shape.
        albedo: "none", or "detailed" or "low" to learn colours and light from the pictures.

    Raises:
        InvalidValue: another camera or albedo.
    """

    def __init__(self, camera: str = "orthographic", albedo: str = "none") -> None:
        self._projection = projection_named(camera)
        self._albedo = albedo_named(albedo)

    def fit(
        self,
        track: Track,
        pictures: ReferenceFrames | None = None,
        renderer: Renderer | None = None,
    ) -> FaceFit:
        """Learn the neutral shape and lid range, and read pose, expression, blink of every frame.

        Colours and light are learned if the setting ``albedo`` wants them and there are pictures.

        Raises:
            FaceError: no frame shows a face.
            InvalidValue: the track has other landmarks than MediaPipe's 478.
        """
        _check_track(track)
        seen = to_camera(track.landmarks, track.crop)
        points = flatten(seen, track.found) if self._perspective else seen
        face = read_face(points, track.found)
        neutral, identity = face.person.neutral, face.person.lids
        fitted = face.fitted()
        if self._perspective:
            fitted = magnify(fitted, face.alignment.shift[:, 2])
        attributes = FaceAttributes(
            track.fps,
            face.expression,
            BASIS,
            face.alignment.pose(),
            face.blink,
            track.action_units,
        )
        error = _error_px(fitted, seen, track)
        found = FaceFit(MODEL, neutral, attributes, identity, error_px=error)
        if pictures is None or self._albedo is AlbedoKind.NONE:
            return found

        def geometry_of(some: FaceAttributes) -> FaceGeometry:
            return self._geometry(some, found, track.crop)

        scene = Scene(track, attributes, pictures, geometry_of, renderer)
        look = skin_look(self._albedo, scene, neutral)
        return attrs.evolve(found, colors=look.colors, light=look.light)

    @property
    def _perspective(self) -> bool:
        return self._projection is Projection.PERSPECTIVE

    def geometry(self, attributes: FaceAttributes, subject: Subject) -> FaceGeometry:
        """The posed mesh of every frame; vertices 468 to 477 are the irises.

        Args:
            attributes: pose in any convention; without expression, blink or pose the face is
                neutral, has open eyes, and stands as the subject does on average.
            subject: fitted by this face model.

        Raises:
            InvalidValue: an expression of another basis, or a subject of another face model.
        """
        return self._geometry(attributes, subject.fit, subject.track.crop)

    def _geometry(self, attributes: FaceAttributes, fit: FaceFit, crop: Crop) -> FaceGeometry:
        shape = _shape(attributes, fit)
        pose = attributes.pose or mean_pose(fit, length(attributes))
        camera = self._camera(crop)
        vertices = self._place(shape, pose)
        mesh = canonical_mesh()
        return FaceGeometry(
            vertices,
            mesh.triangles,
            camera,
            crop.matrix.expand(len(vertices), 2, 3),
            attributes.fps,
            mesh.uv,
            fit.colors,
            fit.light,
            _landmarks(vertices, camera, pose),
            Masks({"eye_attention": eye_attention()}),
        )

    def _camera(self, crop: Crop) -> Camera:
        principal = torch.tensor([crop.width / 2, crop.height / 2])
        return Camera(principal, self._projection, crop.height, crop.width, FOCAL_PX, DISTANCE)

    def _place(self, shape: Tensor, pose: HeadPose) -> Tensor:
        """Model shape [T, 478, 3] in the coordinates of the camera."""
        turned = shape @ pose.matrix().mT
        if self._perspective:
            return turned + pose.to(PoseConvention.EULER_RAD_PERSP).translation[:, None]
        scale, x, y = pose.to(PoseConvention.EULER_DEG_ORTHO).translation.unbind(-1)
        shift = torch.stack((x, y, torch.zeros_like(x)), -1)
        return scale[:, None, None] * turned + shift[:, None]


def _check_track(track: Track) -> None:
    if track.landmarks.shape[1] != LANDMARKS or track.layout != LAYOUT:
        found = f"{track.layout} with {track.landmarks.shape[1]} points"
        raise InvalidValue(f"expected {LAYOUT} landmarks, got {found}", where="Track.landmarks")
    if not bool(track.found.any()):
        raise FaceError("no frame shows a face", do="use a reference in which a face is seen")


def _error_px(fitted: Tensor, seen: Tensor, track: Track) -> float:
    """Mean distance in the picture over the frames with a face, full-frame px."""
    zoom = torch.linalg.det(track.crop.matrix[:, :2]).abs().sqrt()
    distance = torch.linalg.vector_norm((fitted - seen)[track.found][..., :2], dim=-1)
    return float(distance.mean() / zoom)


def _shape(attributes: FaceAttributes, fit: FaceFit) -> Tensor:
    """The face before it is turned [T, 478, 3], model units."""
    if fit.model != MODEL or fit.identity is None:
        raise InvalidValue(
            f"the subject was fitted by {fit.model!r}, not by {MODEL!r}",
            where="Subject.fit",
            do="prepare it again with this recipe",
        )
    if attributes.expression is not None and attributes.basis != BASIS:
        where = "FaceAttributes.basis"
        raise InvalidValue(f"expected {BASIS!r}, got {attributes.basis!r}", where=where)
    person = TrackedPerson(fit.neutral, fit.identity)
    return person.shape(attributes.expression, attributes.blink, length(attributes))


def _landmarks(vertices: Tensor, camera: Camera, pose: HeadPose) -> Tensor:
    """Projected vertices in crop px; depth as the tracker counts it, px from the model's origin."""
    pixels = camera.project(vertices)
    depth = -vertices[..., 2]
    if camera.projection is Projection.PERSPECTIVE:
        place = pose.to(PoseConvention.EULER_RAD_PERSP).translation[:, None, 2]
        scale = pose.to(PoseConvention.EULER_DEG_ORTHO).translation[:, None, 0]
        depth = (depth + place) * scale
    return torch.cat((pixels[..., :2], depth[..., None]), -1)
