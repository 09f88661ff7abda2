"""What frames are compared by: rigid pose in px; mouth and eye shape with the pose removed."""

import attrs
import numpy as np

from visemix.plugins.composite.compiled import Floats
from visemix.plugins.composite.regions import (
    CHIN,
    EYE_LEFT,
    EYE_RIGHT,
    IRISES,
    LIP_PAIRS,
    LIPS_INNER,
    LIPS_OUTER,
    STABLE,
)

UNIT = 250.0
"""Distances are counted in 1/250 of the size of the face (about 1 px on a face 330 px high), so
that the matcher's costs mean the same for every clip."""

MOUTH = LIPS_OUTER + LIPS_INNER + CHIN
EYES = EYE_RIGHT + EYE_LEFT + IRISES

LOG_GAP = 0.02
"""Weight of the logarithm of the lip gap, against stretched teeth. Tuned by eye and lip gap."""


@attrs.frozen(eq=False)
class Features:
    """Vectors per frame whose Euclidean distance is a root-mean-square distance of points.

    Attributes:
        pose: [N, 45] stable points where they are.
        turn: [N, 45] stable points, position and scale removed.
        mouth: [N, 150] lips and chin, pose removed, and lip gaps.
        eyes: [N, 126] eyes and irises, pose removed.
    """

    pose: Floats
    turn: Floats
    mouth: Floats
    eyes: Floats

    def all(self) -> Floats:
        """Pose, mouth and eyes side by side [N, 321]."""
        return np.concatenate([self.pose, self.mouth, self.eyes], 1)


@attrs.frozen(eq=False)
class Shape:
    """What poses are removed against.

    Attributes:
        stable: [15, 3] mean stable points of a person, centred, px.
        size: their norm, px.
    """

    stable: Floats
    size: float

    @staticmethod
    def of(landmarks: Floats) -> "Shape":
        """From a track [N, 478, 3]."""
        points = landmarks[:, list(STABLE)]
        mean = (points - points.mean(1, keepdims=True)).mean(0)
        return Shape(mean.astype(np.float32), float(np.linalg.norm(mean)))

    def describe(self, landmarks: Floats) -> Features:
        """Features of landmarks [N, 478, 3]."""
        points = landmarks[:, list(STABLE)]
        centre = points.mean(1, keepdims=True)
        free = points - centre
        scale = self.size / np.linalg.norm(free, axis=(1, 2), keepdims=True)
        unit = np.float32(UNIT / self.size)
        turned = _rotations(free * scale, self.stable)
        local = ((landmarks - centre) * scale * unit) @ turned
        mouth = _flat(local[:, list(MOUTH)], (1.0, 1.0, 0.3))
        return Features(
            pose=_flat(points * unit),
            turn=_flat(free * scale * unit),
            mouth=np.concatenate([mouth, _gaps(local)], 1),
            eyes=_flat(local[:, list(EYES)], (1.0, 1.0, 0.0)),
        )


def distances(a: Floats, b: Floats) -> Floats:
    """Euclidean distances [N, M] between the rows of ``a`` and ``b``."""
    mean = b.mean(0)
    a, b = a - mean, b - mean
    squared = (a * a).sum(1)[:, None] + (b * b).sum(1)[None] - 2 * a @ b.T
    return np.asarray(np.sqrt(np.maximum(squared, 0)), np.float32)


def _flat(points: Floats, axes: tuple[float, float, float] = (1.0, 1.0, 0.5)) -> Floats:
    """Points [N, P, 3] as vectors; depth is the least certain axis and counts less."""
    flat = (points * np.array(axes, np.float32)).reshape(len(points), -1)
    return np.asarray(flat / np.sqrt(points.shape[1]), np.float32)


def _gaps(local: Floats) -> Floats:
    """Logarithm of three lip gaps [N, 3].

    A gap pulled open from a nearly closed mouth stretches what is seen in it: what matters is the
    ratio of the gaps, not their difference.
    """
    upper, lower = (local[:, [pair[k] for pair in LIP_PAIRS]] for k in (0, 1))
    gaps = np.linalg.norm(upper - lower, axis=-1)
    return np.asarray(LOG_GAP * UNIT * np.log(gaps + 0.004 * UNIT), np.float32)


def _rotations(points: Floats, shape: Floats) -> Floats:
    """Rotations [N, 3, 3] with points @ R close to shape (Kabsch, no reflections)."""
    u, _, vt = np.linalg.svd(np.swapaxes(points, 1, 2) @ shape)
    u[:, :, 2] *= np.sign(np.linalg.det(u @ vt))[:, None]
    return np.asarray(u @ vt, np.float32)
