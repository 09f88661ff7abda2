"""Identity, expression and pose of a linear face model from tracked landmarks.

All steps are linear least squares but the pose, which is Gauss-Newton; they take turns. A
perspective camera is brought back to the orthographic one: with the depth of every point known
from the last turn, its magnification D / (D - z) is divided out.
"""

import attrs
import torch
from torch import Tensor

from visemix.core.fitting.alignment import Alignment, align
from visemix.core.fitting.calm import calm_frames, inner_lip_gap
from visemix.core.fitting.coefficients import (
    metric,
    normal_equations,
    per_frame,
    shared,
    smooth,
)
from visemix.core.fitting.landmark_model import LandmarkModel
from visemix.core.fitting.mediapipe_points import EYE_LEFT, EYE_RIGHT, MESH, RIGID

IDENTITY_ROUNDS = 8
EXPRESSION_ROUNDS = 3
SMOOTHING_ROUNDS = 20

DEPTH_WEIGHT = 0.3
"""Trust in a tracked z relative to x and y. Less than for MediaPipe's own mesh: the tracker guesses
the depth of its mean face, not that of this model."""

IDENTITY_NOISE = 0.05
"""What the identity need not explain, model units: the tracker's landmarks of a person lie on
somewhat other places of the skin than those of another (5 mm)."""

NOISE = 0.01
"""What the expression need not explain, model units (1 mm)."""

INDEPENDENT = 100
"""Landmarks that say something of their own; the others move with them."""

OPEN_GAP = 0.03
"""Calm lips further apart than this, on average, show an open mouth (a smile, one photo)."""


@attrs.frozen
class FitOptions:
    """How a clip is fitted.

    Attributes:
        focal: px; 0 for an orthographic camera.
        steadiness: how much more a change of an expression from one frame to the next costs than
            the expression itself; 0 for frames on their own.
        noise: landmark error that expressions need not explain, model units.
        depth_weight: trust in tracked depth.
    """

    focal: float = 0.0
    steadiness: float = 0.0
    noise: float = NOISE
    depth_weight: float = DEPTH_WEIGHT


@attrs.frozen(eq=False)
class Person:
    """What the calm frames of a clip say.

    Attributes:
        identity: [I] coefficients.
        offset: [L, 3] what the calm face has beyond the model, model units.
    """

    identity: Tensor
    offset: Tensor


@attrs.frozen(eq=False)
class Motion:
    """What every frame of a clip says.

    Attributes:
        expression: [T, E] coefficients.
        alignment: pose of every frame, orthographic.
        fitted: [T, L, 3] the model's landmarks in px of the camera.
    """

    expression: Tensor
    alignment: Alignment
    fitted: Tensor


def fit_person(model: LandmarkModel, points: Tensor, options: FitOptions) -> Person:
    """Identity and offsets of a person.

    An open mouth in all calm frames is laid to the expression, so that the person's own shape has a
    closed one.

    Args:
        model: its landmarks are those of ``points``.
        points: [T, L, 3] px around the principal point (``to_camera``), frames with a face only.
        options: how.
    """
    view = _View(model, options)
    pose = view.align(model.mean, points)
    calm = calm_frames(pose.undo(view.flat(points, model.mean, pose)))
    seen, frontal = points[calm], pose.at(calm).undo(points[calm])
    directions, ridge = model.identity, _ridge(model.identity_spread, IDENTITY_NOISE)
    if bool(inner_lip_gap(frontal).median() > OPEN_GAP):
        directions = torch.cat((directions, model.expression))
        ridge = torch.cat((ridge, _ridge(model.expression_spread, options.noise)))
    residual, amount = frontal - model.mean, torch.zeros(len(directions))
    for _ in range(IDENTITY_ROUNDS):
        now = model.mean + torch.einsum("k,klc->lc", amount, directions)
        pose = view.align(now, seen)
        residual = pose.undo(view.flat(seen, now, pose)) - model.mean
        amount = shared(*view.equations(directions, pose, residual), ridge)
    explained = torch.einsum("k,klc->lc", amount, directions)
    offset = (residual - explained).median(0).values
    for eye, iris in ((EYE_RIGHT, slice(MESH, MESH + 5)), (EYE_LEFT, slice(MESH + 5, None))):
        offset[iris] = offset[list(eye)].mean(0)  # an iris is where its eye is; gaze is motion
    offset = offset * offset.new_tensor([1.0, 1.0, 0.0])  # its depth is a guess
    return Person(amount[: len(model.identity)], offset)


def fit_motion(
    model: LandmarkModel, neutral: Tensor, points: Tensor, options: FitOptions
) -> Motion:
    """Expression and pose of every frame.

    Args:
        model: gives the expressions.
        neutral: [L, 3] the person's calm landmarks, model units.
        points: [T, L, 3] px around the principal point.
        options: how.
    """
    view = _View(model, options)
    shape = neutral.expand_as(points)
    pose = view.align(shape, points)
    ridge = _ridge(model.expression_spread, options.noise)
    expression = torch.zeros(len(points), len(ridge))
    for _ in range(EXPRESSION_ROUNDS):
        residual = pose.undo(view.flat(points, shape, pose)) - neutral
        normal, right = view.equations(model.expression, pose, residual)
        if options.steadiness:
            steady = options.steadiness * ridge
            expression = smooth(normal, right, ridge, steady, SMOOTHING_ROUNDS)
        else:
            expression = per_frame(normal, right, ridge)
        shape = neutral + torch.einsum("tk,klc->tlc", expression, model.expression)
        pose = view.align(shape, points)
    return Motion(expression, pose, view.magnified(pose.apply(shape), pose))


@attrs.frozen(eq=False)
class _View:
    """The model before its camera."""

    model: LandmarkModel
    options: FitOptions

    def align(self, shape: Tensor, seen: Tensor) -> Alignment:
        pose = align(shape, seen, RIGID, self.options.depth_weight)
        if self.options.focal:
            flat = self.flat(seen, shape, pose)
            pose = align(shape, flat, RIGID, self.options.depth_weight)
        return pose

    def flat(self, seen: Tensor, shape: Tensor, pose: Alignment) -> Tensor:
        """``seen`` as an orthographic camera would have seen it."""
        if not self.options.focal:
            return seen
        return _scaled(seen, 1 - self._nearness(pose.apply(shape), pose))

    def magnified(self, flat: Tensor, pose: Alignment) -> Tensor:
        """What the camera makes of px that an orthographic one saw."""
        if not self.options.focal:
            return flat
        return _scaled(flat, 1 / (1 - self._nearness(flat, pose)))

    def _nearness(self, flat: Tensor, pose: Alignment) -> Tensor:
        """Depth before the head's origin over the focal length: s z / f = z / (D - z_origin)."""
        return (flat[..., 2] - pose.shift[:, None, 2]) / self.options.focal

    def equations(
        self, directions: Tensor, pose: Alignment, residual: Tensor
    ) -> tuple[Tensor, Tensor]:
        seen_from = metric(pose, self.options.depth_weight)
        weight = self.model.weight / self.model.weight.sum()
        return normal_equations(directions, weight, seen_from, residual)


def _ridge(spread: Tensor, noise: float) -> Tensor:
    """What a coefficient costs, relative to the mean squared distance of the landmarks."""
    return (noise / spread.clamp_min(1e-6)) ** 2 / INDEPENDENT


def _scaled(points: Tensor, factor: Tensor) -> Tensor:
    x, y, z = points.unbind(-1)
    return torch.stack((x * factor, y * factor, z), -1)


def landmark_error(fitted: Tensor, seen: Tensor, frames: Tensor) -> Tensor:
    """Distance in the picture of every landmark but the irises, frames with a face [N, 468]."""
    gap = (fitted - seen)[frames][:, :MESH, :2]
    distance: Tensor = torch.linalg.vector_norm(gap, dim=-1)
    return distance
