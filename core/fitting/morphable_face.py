"""MorphableFace: the face model of any MorphableModel."""

import attrs
import torch
from torch import Tensor

from visemix.core.errors import FaceError, InvalidValue
from visemix.core.fitting.albedo import AlbedoKind, albedo_named
from visemix.core.fitting.alignment import to_camera
from visemix.core.fitting.appearance import Scene, model_look
from visemix.core.fitting.cameras import (
    camera_in,
    mean_pose,
    picture_of,
    place,
    projection_named,
)
from visemix.core.fitting.landmark_fit import FitOptions, fit_motion, fit_person, landmark_error
from visemix.core.fitting.landmark_model import LandmarkModel, face_landmarks, landmarks_of
from visemix.core.fitting.lids import closing, lid_travel, with_lids
from visemix.core.fitting.mediapipe_points import LANDMARKS, LAYOUT, MESH
from visemix.core.fitting.morphable_model import MorphableModel
from visemix.core.fitting.personal import spread
from visemix.core.interfaces import FaceModel, Renderer
from visemix.core.timeline import length
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.camera import Projection
from visemix.core.values.geometry import FaceGeometry, Masks
from visemix.core.values.rendering import Crop
from visemix.core.values.subject import FaceFit, ReferenceFrames, Subject
from visemix.core.values.track import Track


@attrs.frozen
class FaceSettings:
    """How a morphable model is fitted and shown.

    Attributes:
        camera: "orthographic" (vertices in px) or "perspective" (vertices in model units).
        albedo: "none", "detailed" or "low"; colours need pictures.
        personal: whether a person's neutral shape takes up what their calm landmarks have beyond
            the model's identity.
        steadiness: cost of changes between frames relative to that of the expression itself.
    """

    camera: str = "orthographic"
    albedo: str = "none"
    personal: bool = True
    steadiness: float = 0.0


class MorphableFace(FaceModel):
    """Mean + identity + expression, turned and projected.

    ``FaceFit.identity`` holds the identity coefficients, then those of the texture if the model has
    one (0 unless ``albedo`` is "low"), then how far the lids travel, one number per lid column.

    Args:
        model: the mesh and its directions.
        settings: how it is used; fit and geometry must have the same camera.

    Raises:
        InvalidValue: an unknown camera or albedo.
    """

    def __init__(self, model: MorphableModel, settings: FaceSettings) -> None:
        self.model = model
        self.settings = settings
        self._projection = projection_named(settings.camera)
        self._albedo = albedo_named(settings.albedo)
        self._landmarks: LandmarkModel = model.landmarks()

    def fit(
        self,
        track: Track,
        pictures: ReferenceFrames | None = None,
        renderer: Renderer | None = None,
    ) -> FaceFit:
        """Identity of the clip; pose, expression and blink of every frame; colours and light.

        Without pictures there are no colours and no light. Without a renderer, colours are taken
        from vertices that face the viewer, even if something hides them.

        Raises:
            FaceError: no frame shows a face.
            InvalidValue: the track has other landmarks than MediaPipe's 478.
        """
        _check_track(track)
        model, points = self.model, to_camera(track.landmarks, track.crop)
        options = self._options(track.crop)
        person = fit_person(self._landmarks, points[track.found], options)
        neutral = model.person(person.identity)
        if self.settings.personal:
            here = model.embedding.of(neutral)
            neutral = neutral + spread(here, person.offset[:MESH], neutral)
        motion = fit_motion(
            self._landmarks, landmarks_of(neutral, model.embedding), points, options
        )
        lids = motion.expression[:, list(model.lids)]
        travel = lid_travel(lids, track.blink)
        left = with_lids(motion.expression, model.lids, -closing(track.blink, travel))
        attributes = FaceAttributes(
            track.fps, left, model.basis, motion.alignment.pose(), track.blink, track.action_units
        )
        zoom = torch.linalg.det(track.crop.matrix[:, :2]).abs().sqrt()
        error = landmark_error(motion.fitted, points, track.found).mean() / zoom
        texture = torch.zeros(0 if model.texture is None else len(model.texture))
        identity = torch.cat((person.identity, texture, travel))
        found = FaceFit(model.name, neutral, attributes, identity, error_px=float(error))
        if pictures is None or self._albedo is AlbedoKind.NONE:
            return found
        return self._coloured(found, track, pictures, renderer)

    def geometry(self, attributes: FaceAttributes, subject: Subject) -> FaceGeometry:
        """The posed mesh of every frame.

        Args:
            attributes: pose in any convention; without expression, blink or pose the face is
                neutral, has open eyes, and stands as the subject does on average.
            subject: fitted by this face model.

        Raises:
            InvalidValue: an expression of another basis, or a subject of another face model.
        """
        return self._geometry(attributes, subject.fit, subject.track.crop)

    def _geometry(self, attributes: FaceAttributes, fit: FaceFit, crop: Crop) -> FaceGeometry:
        self._check_fit(fit)
        model = self.model
        expression = self._expression(attributes, fit)
        shape = fit.neutral + model.moved(expression)
        pose = attributes.pose or mean_pose(fit, len(shape))
        camera = camera_in(crop, self._projection)
        gaze = torch.einsum("te,esc->tsc", expression, model.gaze)
        landmarks = face_landmarks(shape, fit.neutral, gaze, model.embedding)
        return FaceGeometry(
            place(shape, pose, camera),
            model.triangles,
            camera,
            crop.matrix.expand(len(shape), 2, 3),
            attributes.fps,
            model.uv,
            fit.colors,
            fit.light,
            picture_of(landmarks, pose, camera),
            Masks(model.masks),
        )

    def _coloured(
        self, fit: FaceFit, track: Track, pictures: ReferenceFrames, renderer: Renderer | None
    ) -> FaceFit:
        def geometry_of(attributes: FaceAttributes) -> FaceGeometry:
            return self._geometry(attributes, fit, track.crop)

        scene = Scene(track, fit.attributes, pictures, geometry_of, renderer)
        texture = model_look(self.model, self._albedo, scene, fit.neutral)
        assert fit.identity is not None
        identity, at = fit.identity.clone(), len(self.model.identity)
        identity[at : at + len(texture.coefficients)] = texture.coefficients
        look = texture.look
        return attrs.evolve(fit, identity=identity, colors=look.colors, light=look.light)

    def _options(self, crop: Crop) -> FitOptions:
        camera = camera_in(crop, self._projection)
        perspective = self._projection is Projection.PERSPECTIVE
        focal = camera.focal if perspective else 0.0
        return FitOptions(focal=focal, steadiness=self.settings.steadiness)

    def _expression(self, attributes: FaceAttributes, fit: FaceFit) -> Tensor:
        """All coefficients [T, E], those of the lids included."""
        size = len(self.model.expression)
        expression = attributes.expression
        if expression is None:
            expression = torch.zeros(length(attributes), size)
        elif attributes.basis != self.model.basis or expression.shape[1] != size:
            what = f"expected {size} numbers in {self.model.basis!r}, "
            what += f"got {expression.shape[1]} in {attributes.basis!r}"
            raise InvalidValue(what, where="FaceAttributes.basis")
        if attributes.blink is None or not self.model.lids or fit.identity is None:
            return expression
        travel = fit.identity[-len(self.model.lids) :]
        return with_lids(expression, self.model.lids, closing(attributes.blink, travel))

    def _check_fit(self, fit: FaceFit) -> None:
        if fit.model != self.model.name or fit.neutral.shape != self.model.mean.shape:
            raise InvalidValue(
                f"the subject was fitted by {fit.model!r} with {len(fit.neutral)} vertices, "
                f"not by {self.model.name!r} with {len(self.model.mean)}",
                where="Subject.fit",
                do="prepare it again with this recipe",
            )


def _check_track(track: Track) -> None:
    if track.landmarks.shape[1] != LANDMARKS or track.layout != LAYOUT:
        found = f"{track.layout} with {track.landmarks.shape[1]} points"
        raise InvalidValue(f"expected {LAYOUT} landmarks, got {found}", where="Track.landmarks")
    if not bool(track.found.any()):
        raise FaceError("no frame shows a face", do="use a reference in which a face is seen")
