"""The low-frequency colour of the face, and how it follows from what the face does."""

import attrs
import cv2
import numpy as np

from visemix.plugins.composite.compiled import Bytes, Floats
from visemix.plugins.composite.features import Features
from visemix.plugins.composite.head_pictures import Cutout
from visemix.plugins.composite.regions import CHIN_TIP, FOREHEAD
from visemix.plugins.composite.sampling import sample

ACROSS = 48
"""Face heights are shrunk to so many pixels before colours are read."""

GLANCE = (32, 18)
"""Width and height of the tiny whole frames that are compared at jumps, px."""


@attrs.frozen(eq=False)
class ColourModel:
    """Ridge regression from leading components of a face's features to its colours.

    Light moves over the face as it turns, and shades as it speaks.

    Attributes:
        mean, scale: [D] of the features.
        basis: [D, K] leading components.
        weights: [K + 1, 478 * 3].
    """

    mean: Floats
    scale: Floats
    basis: Floats
    weights: Floats

    @staticmethod
    def fit(
        features: Features, colours: Floats, rank: int = 20, ridge: float = 0.1
    ) -> "ColourModel":
        """From features of N frames and colours [N, 478, 3].

        A reference shorter than a second gives the constant mean.
        """
        x = features.all()
        mean, scale = x.mean(0), x.std(0) + np.float32(1e-3)
        z = (x - mean) / scale
        rank = min(rank, len(x) // 12)
        basis = np.linalg.svd(z, full_matrices=False)[2][:rank].T
        a = np.concatenate([z @ basis, np.ones((len(z), 1), np.float32)], 1).astype(np.float64)
        damp = np.diag(np.r_[np.full(rank, ridge * len(a)), 0.0])
        weights = np.linalg.solve(a.T @ a + damp, a.T @ colours.reshape(len(a), -1))
        return ColourModel(mean, scale, basis.astype(np.float32), weights.astype(np.float32))

    def __call__(self, features: Features) -> Floats:
        """Colours [T, 478, 3], levels of 255."""
        z = (features.all() - self.mean) / self.scale @ self.basis
        a = np.concatenate([z, np.ones((len(z), 1), np.float32)], 1)
        return (a @ self.weights).reshape(len(a), -1, 3).astype(np.float32)


def colours_of(cutout: Cutout, landmarks: Floats) -> Floats:
    """Low-frequency colour at each landmark [478, 3], levels of 255.

    Args:
        cutout: the face.
        landmarks: [478, 3] px of the frame.
    """
    points = landmarks[:, :2] - np.array([cutout.left, cutout.top], np.float32)
    height = float(np.linalg.norm(points[FOREHEAD] - points[CHIN_TIP]))
    step = max(1.0, height / ACROSS)
    size = tuple(max(round(side / step), 1) for side in cutout.picture.shape[1::-1])
    small = cv2.resize(cutout.picture, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), 1.2)
    at = (points * (np.array(size) / cutout.picture.shape[1::-1]) - 0.5).astype(np.float32)
    seen: Floats = sample(np.asarray(small, np.uint8), at[None])[0]
    return seen


def glance_of(frame: Bytes) -> Floats:
    """The whole frame, tiny and flattened, levels of 255."""
    tiny = cv2.resize(frame, GLANCE, interpolation=cv2.INTER_AREA)
    return np.asarray(tiny, np.float32).reshape(-1)
