"""Attributes of a face that stands as the reference does and speaks as it is told."""

import attrs
import torch
from torch import Tensor

from visemix.core.interfaces import FaceModel
from visemix.core.values.attributes import FaceAttributes, Sources
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.subject import Subject
from visemix.plugins.composite.face_mesh import face_mesh
from visemix.plugins.composite.regions import LIPS_INNER, LIPS_OUTER

LIP_WEIGHT = 5.0
"""How much more an error counts on the lips than elsewhere when an expression is split."""

DAMPING = 1e-4
"""Against directions that hardly move anything, relative to the mean."""

TURN_LIMIT_DEG = 9.0
SCALE_LIMIT = 0.06
SHIFT_LIMIT = 0.08
"""How far a photo's head may go from where it is: angles, relative size, and place in face
heights (about 1.8 model units)."""

FACE_UNITS = 1.8


def speech_part(face_model: FaceModel, subject: Subject) -> Tensor | None:
    """[E, E] matrix that keeps the speech part of a difference of expressions.

    The mouth region moves as the difference says and everything else does not; this is the
    expression that comes nearest (weighted least squares). Works for every basis in which
    vertices follow linearly; None if the subject has no expressions.
    """
    expression = subject.fit.attributes.expression
    if expression is None or not expression.shape[1]:
        return None
    size = expression.shape[1]
    units = torch.cat((torch.zeros(1, size), torch.eye(size)))
    attributes = FaceAttributes(subject.fps, units, subject.fit.attributes.basis)
    places = face_model.geometry(attributes, subject).vertices
    moves = places[1:] - places[:1]
    weight = torch.ones(moves.shape[1])
    weight[list(LIPS_OUTER + LIPS_INNER)] = LIP_WEIGHT
    region = torch.from_numpy(face_mesh().jaw)
    weighted = (moves * weight[:, None]).flatten(1)
    spoken = (moves * (weight * region)[:, None]).flatten(1)
    normal = (weighted @ weighted.T).double()
    normal += DAMPING * normal.diagonal().mean() * torch.eye(size, dtype=torch.float64)
    # Row vectors: difference @ result.
    kept: Tensor = torch.linalg.solve(normal, (weighted @ spoken.T).double()).T.float()
    return kept


def on_base(
    wanted: FaceAttributes, base: Sources, subject: Subject, speech: Tensor | None
) -> FaceAttributes:
    """``wanted`` with pose, blink and everything but the mouth of the base frames."""
    own = mixed(subject.fit.attributes, base)
    expression = wanted.expression
    if expression is not None and own.expression is not None and speech is not None:
        expression = own.expression + (expression - own.expression) @ speech
    return attrs.evolve(
        wanted, expression=expression, pose=own.pose or wanted.pose, blink=own.blink
    )


def mixed(seen: FaceAttributes, sources: Sources) -> FaceAttributes:
    """Attributes [T] of mixtures of reference frames [N]."""
    share = sources.weight / sources.weight.sum(1, keepdim=True)

    def mix(values: Tensor | None) -> Tensor | None:
        if values is None:
            return None
        parts = values[sources.index]
        return (parts * share.reshape(*share.shape, *[1] * (parts.ndim - 2))).sum(1)

    blink, pose = mix(seen.blink), seen.pose
    if pose is not None:
        turned, moved = mix(pose.rotation), mix(pose.translation)
        assert turned is not None and moved is not None
        pose = attrs.evolve(pose, rotation=turned, translation=moved)
    return FaceAttributes(
        seen.fps,
        expression=mix(seen.expression),
        basis=seen.basis,
        pose=pose,
        blink=None if blink is None else blink.clamp(0, 5),
    )


def near_photo(wanted: FaceAttributes, subject: Subject) -> FaceAttributes:
    """``wanted`` with a pose that one picture can still show."""
    seen = subject.fit.attributes.pose
    if wanted.pose is None or seen is None:
        return attrs.evolve(wanted, pose=None if seen is None else _held(seen, wanted))
    convention = PoseConvention.EULER_DEG_ORTHO
    home, pose = seen.to(convention), wanted.pose.to(convention)
    turn = home.rotation + _within(pose.rotation - home.rotation, TURN_LIMIT_DEG)
    scale = home.translation[:, :1]
    bigger = 1 + _within(pose.translation[:, :1] / scale - 1, SCALE_LIMIT)
    shift = _within(
        (pose.translation[:, 1:] - home.translation[:, 1:]) / (FACE_UNITS * scale), SHIFT_LIMIT
    )
    place = home.translation[:, 1:] + shift * FACE_UNITS * scale
    near = HeadPose(turn, torch.cat((scale * bigger, place), 1), convention)
    return attrs.evolve(wanted, pose=near)


def _held(pose: HeadPose, like: FaceAttributes) -> HeadPose:
    frames = 1 if like.expression is None else len(like.expression)
    return attrs.evolve(
        pose,
        rotation=pose.rotation[:1].expand(frames, 3),
        translation=pose.translation[:1].expand(frames, 3),
    )


def _within(difference: Tensor, limit: float) -> Tensor:
    """Small differences as they are, large ones bent towards the limit."""
    return limit * torch.tanh(difference / limit)
