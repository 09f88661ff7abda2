"""FrontalMesh: the face model of the 3D-aware module (SYSTEMS C.2.3, eq. 1)."""

from pathlib import Path

import attrs
import torch
from torch import Tensor

from visemix.core.errors import FaceError, InvalidValue
from visemix.core.fitting.alignment import to_camera
from visemix.core.fitting.cameras import camera_in, mean_pose, picture_of, place
from visemix.core.fitting.landmark_pca import LandmarkPca, landmark_pca
from visemix.core.fitting.landmarks_68 import landmarks_68
from visemix.core.fitting.mediapipe_points import LANDMARKS, LAYOUT
from visemix.core.interfaces import FaceModel, Renderer
from visemix.core.subjects.few_frames import frontal_frame
from visemix.core.timeline import cut, length
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.camera import Projection
from visemix.core.values.geometry import FaceGeometry, Masks
from visemix.core.values.rendering import Crop
from visemix.core.values.subject import FaceFit, ReferenceFrames, Subject
from visemix.core.values.track import Track
from visemix.plugins.rhythmic_head.expressions import BASES, expressions_in
from visemix.plugins.rhythmic_head.unprojection import MESHES, Frontal, Unprojection, painted

MODEL = "rhythmic-frontal-mesh"


class FrontalMesh(FaceModel):
    """The frontal frame as a textured mesh that keeps its expression, moved rigidly.

    The wanted expression shows in the landmarks only. ``FaceFit.neutral`` is the mesh of the
    frontal frame t_M without the head's motion; ``FaceFit.identity`` holds what the basis has to
    know of the person (``Expressions``), then the expression of t_M.

    Args:
        basis: of the expression: "lmk-pca-20" or "landmark-mesh-64".
        mesh: "tracked" (MediaPipe's mesh), or "position-map" (a user's network).
        position_map: folder of the network; see ``PositionMap.read``.
        divisions: how often the triangles of the tracked mesh are divided into four.
        basis_file: of lmk-pca-20, .safetensors; empty for the one that ships.
        personal: whether landmarks get back what the basis misses of the person; paper: no.

    Raises:
        InvalidValue: another mesh or basis, or a position map without a folder.
        CheckpointError: the basis, or the network, cannot be read.
    """

    def __init__(
        self,
        *,
        basis: str = BASES[0],
        mesh: str = "tracked",
        position_map: str | Path = "",
        divisions: int = 3,
        basis_file: str | Path = "",
        personal: bool = True,
    ) -> None:
        for name, value, known in (("mesh", mesh, MESHES), ("basis", basis, BASES)):
            if value not in known:
                raise InvalidValue(f"expected {' or '.join(known)}, got {value!r}", where=name)
        self._unprojection = Unprojection.named(mesh, Path(position_map), divisions)
        pca = LandmarkPca.load(Path(basis_file)) if str(basis_file) else landmark_pca()
        self._speech = expressions_in(basis, pca, personal)

    def fit(
        self,
        track: Track,
        pictures: ReferenceFrames | None = None,
        renderer: Renderer | None = None,
    ) -> FaceFit:
        """Head motion and expression of every frame; the mesh of the frontal one, its colours.

        Raises:
            FaceError: no frame shows a face.
            InvalidValue: other landmarks than MediaPipe's 478, or a position-map network and no
                pictures.
        """
        _check_track(track)
        seen = to_camera(track.landmarks, track.crop)
        said = self._speech.read(seen, track.found)
        blink = track.blink if said.blink is None else said.blink
        attributes = FaceAttributes(
            track.fps,
            said.expression,
            self._speech.basis,
            said.alignment.pose(),
            blink,
            track.action_units,
        )
        frame = frontal_frame(attributes, track.found)
        points = said.alignment.undo(seen)[frame]
        frontal = Frontal(frame, points, landmarks_68(points), track.landmarks[frame])
        neutral = self._unprojection.mesh(frontal, pictures)
        identity = torch.cat((said.person, said.expression[frame]))
        fit = FaceFit(MODEL, neutral, attributes, identity, error_px=0.0)
        fit = attrs.evolve(fit, error_px=self._error_px(fit, track))
        if pictures is None:
            return fit
        there = self._geometry(cut(attributes, frame, frame + 1), fit, track.crop)
        return attrs.evolve(fit, colors=painted(there, pictures[frame], track.crop, renderer))

    def geometry(self, attributes: FaceAttributes, subject: Subject) -> FaceGeometry:
        """Eq. 1: the frontal mesh in the wanted pose, and the wanted landmarks.

        Args:
            attributes: pose in any convention; without a pose the head stands as the subject's does
                on average, without an expression the landmarks have that of the frontal frame.
            subject: fitted by this face model.

        Raises:
            InvalidValue: an expression of another basis, or a subject of another face model.
        """
        return self._geometry(attributes, subject.fit, subject.track.crop)

    def _geometry(self, attributes: FaceAttributes, fit: FaceFit, crop: Crop) -> FaceGeometry:
        self._check_fit(fit)
        frames = length(attributes)
        pose = attributes.pose or mean_pose(fit, frames)
        camera = camera_in(crop, Projection.ORTHOGRAPHIC)
        topology = self._unprojection.topology(fit.neutral)
        landmarks = self._landmarks(attributes, fit)
        return FaceGeometry(
            place(fit.neutral.expand(frames, -1, 3), pose, camera),
            topology.triangles,
            camera,
            crop.matrix.expand(frames, 2, 3),
            attributes.fps,
            topology.uv,
            fit.colors,
            landmarks=picture_of(landmarks, pose, camera),
            masks=Masks({"eye_attention": topology.eyes}),
        )

    def _landmarks(self, attributes: FaceAttributes, fit: FaceFit) -> Tensor:
        """The 68 landmarks before the head turns [T, 68, 3], model units."""
        assert fit.identity is not None  # _check_fit
        speech = self._speech
        person, own = fit.identity[: -speech.size], fit.identity[-speech.size :]
        expression = attributes.expression
        if expression is None:
            expression = own.expand(length(attributes), -1)
        elif attributes.basis != speech.basis or expression.shape[1] != speech.size:
            what = f"expected {speech.size} numbers in {speech.basis!r}, "
            what += f"got {expression.shape[1]} in {attributes.basis!r}"
            raise InvalidValue(what, where="FaceAttributes.basis")
        return speech.landmarks(person, expression, attributes.blink)

    def _error_px(self, fit: FaceFit, track: Track) -> float:
        """Mean distance of the landmarks to the tracked ones, full-frame px."""
        made = self._geometry(fit.attributes, fit, track.crop).landmarks
        assert made is not None
        matrix = track.crop.matrix
        wanted = landmarks_68(track.landmarks)[..., :2] @ matrix[:, :2].T + matrix[:, 2]
        apart = torch.linalg.vector_norm(made[..., :2] - wanted, dim=-1)[track.found]
        return float(apart.mean() / torch.linalg.det(matrix[:, :2]).abs().sqrt())

    def _check_fit(self, fit: FaceFit) -> None:
        if fit.model != MODEL or fit.identity is None:
            raise InvalidValue(
                f"the subject was fitted by {fit.model!r}, not by {MODEL!r}",
                where="Subject.fit",
                do="prepare it again with this recipe",
            )


def _check_track(track: Track) -> None:
    if track.landmarks.shape[1] != LANDMARKS or track.layout != LAYOUT:
        found = f"{track.layout} with {track.landmarks.shape[1]} points"
        raise InvalidValue(f"expected {LAYOUT} landmarks, got {found}", where="Track.landmarks")
    if not bool(track.found.any()):
        raise FaceError("no frame shows a face", do="use a reference in which a face is seen")
