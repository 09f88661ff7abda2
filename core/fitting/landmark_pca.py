"""The basis ``lmk-pca-20``: principal components of 68 landmarks whose head motion is taken out.

Shapes are in inter-ocular distances of the mean face, x right in the picture, y up, z towards the
viewer, around the origin of the canonical face (docs/conventions.md); so a pose that is found here
means the same as one of any other face model.
"""

from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated

import attrs
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from visemix.core.errors import CheckpointError, DatasetError, InvalidValue
from visemix.core.fitting.alignment import Alignment, align, to_camera
from visemix.core.fitting.landmarks_68 import STABLE, landmarks_68, mirrored
from visemix.core.media.part_file import output_error
from visemix.core.rotations import similarity
from visemix.core.shapes import Array, Value
from visemix.core.values.track import Track

BASIS = "lmk-pca-20"
COMPONENTS = 20
SHIPPED = "landmark_pca.safetensors"

DEPTH_WEIGHT = 0.5
"""Trust in tracked depth."""

ROUNDS = 3
"""A person's mean shape and poses are found in turn."""


@attrs.frozen(eq=False)
class LandmarkPca(Value):
    """landmarks = mean + coefficients @ components, inter-ocular distances.

    Attributes:
        mean: [68, 3] mean of the clips that it was fitted to; coefficients of zero.
        components: [E, 68, 3] displacement per unit coefficient; orthonormal in ``metric`` up to
            one factor for all, which gives the first coefficient unit spread.
        metric: [68, 3] weight of every coordinate.
        spread: [E] standard deviation of the coefficients in those clips.
        scale: [1] model units (decimetres) per inter-ocular distance.
    """

    mean: Annotated[Tensor, Array("68 3")]
    components: Annotated[Tensor, Array("E 68 3")]
    metric: Annotated[Tensor, Array("68 3", low=0)]
    spread: Annotated[Tensor, Array("E", low=0)]
    scale: Annotated[Tensor, Array("1", low=0)]

    def coefficients(self, shape: Tensor) -> Tensor:
        """Least-squares coefficients [T, E] of frontalised landmarks [T, 68, 3].

        Exact inverse of :meth:`landmarks` for shapes that the components span.
        """
        basis = (self.components * self.metric).flatten(1)
        wanted = ((shape - self.mean) * self.metric).flatten(1)
        found: Tensor = torch.linalg.solve(basis @ basis.T, basis @ wanted.T).T
        return found.contiguous()

    def landmarks(self, coefficients: Tensor) -> Tensor:
        """Frontalised landmarks [T, 68, 3] of coefficients [T, E]."""
        return self.mean + torch.einsum("te,elc->tlc", coefficients, self.components)

    def beyond(self, shape: Tensor) -> Tensor:
        """What a person's landmarks [T, 68, 3] have that no coefficients say: [68, 3], median."""
        rest = shape - self.landmarks(self.coefficients(shape))
        return rest.median(0).values

    def camera(self, shape: Tensor, alignment: Alignment) -> Tensor:
        """Frontalised landmarks [T, 68, 3], posed: px around the crop's centre (``to_camera``)."""
        return alignment.apply(shape * self.scale)

    def save(self, path: Path) -> None:
        """Write it as .safetensors.

        Raises:
            OutputError: it cannot be written.
        """
        try:
            arrays = attrs.asdict(self, recurse=False)
            save_file({name: array.contiguous() for name, array in arrays.items()}, path)
        except OSError as error:
            raise output_error(error, path) from None

    @staticmethod
    def load(path: Path) -> "LandmarkPca":
        """Read what :meth:`save` wrote.

        Raises:
            CheckpointError: it is missing, damaged, or something else.
        """
        try:
            return LandmarkPca(**load_file(path))
        except (OSError, SafetensorError, TypeError, InvalidValue) as error:
            do = "name a file that 'visemix train' or LandmarkPca.save wrote"
            raise CheckpointError(f"it holds no {BASIS}: {error}", where=path, do=do) from None


@attrs.frozen(eq=False)
class Frontal(Value):
    """Landmarks of a clip without the head's motion.

    Attributes:
        shape: [T, 68, 3] frontalised, inter-ocular distances of the mean face.
        alignment: the motion: model units to px around the crop's centre; ``alignment.pose()`` is
            the HeadPose.
    """

    shape: Annotated[Tensor, Array("T 68 3")]
    alignment: Alignment


def points_68(track: Track) -> Tensor:
    """A track's landmarks [T, 68, 3] in px around its crop's centre, as ``frontalise`` wants them.

    Frames without a face (``~track.found``) are there too.
    """
    return to_camera(landmarks_68(track.landmarks), track.crop)


def frontalise(points: Tensor, mean: Tensor, scale: Tensor) -> Frontal:
    """Take the head's motion out of a clip of one person: rigid alignment of the stable points.

    Every frame is aligned (closed-form Kabsch with scale, then Gauss-Newton steps that trust depth
    less) to the person's own mean shape, which is found from the clip in the place of ``mean``.

    Args:
        points: [T, 68, 3] px around the crop's centre, x right, y up, z towards the viewer
            (``alignment.to_camera``); frames with a face only.
        mean: [68, 3] inter-ocular distances; gives origin, direction and size.
        scale: [1] model units per inter-ocular distance.
    """
    mean = mean.to(points)
    own = mean * scale.to(points)
    for _ in range(ROUNDS):
        shape = align(own, points, STABLE, DEPTH_WEIGHT).undo(points).median(0).values
        own = _anchored(shape, mean * scale.to(points))
    alignment = align(own, points, STABLE, DEPTH_WEIGHT)
    return Frontal(alignment.undo(points) / scale.to(points), alignment)


def _anchored(shape: Tensor, place: Tensor) -> Tensor:
    """``shape`` in the place and size of ``place``, so that poses mean the same for everybody."""
    stable = list(STABLE)
    size, rotation, shift = similarity(shape[stable], place[stable])
    return size * shape @ rotation.mT + shift


def fit_landmark_pca(
    clips: Sequence[Tensor], start: LandmarkPca, components: int = COMPONENTS
) -> LandmarkPca:
    """Learn mean and components from clips.

    A clip of 16 times the frames counts twice as much (square root of the square root), and every
    frame comes with its mirror image.

    Args:
        clips: [T, 68, 3] each, px (see ``frontalise``), frames with a face only.
        start: gives origin, size and metric.
        components: how many.

    Raises:
        DatasetError: fewer frames than components.
    """
    shapes = [frontalise(clip, start.mean, start.scale).shape for clip in clips if len(clip)]
    if sum(map(len, shapes)) < components:
        what = f"{sum(map(len, shapes))} frames with a face are too few for {components} components"
        raise DatasetError(what, where=BASIS, do="prepare more clips")
    both = [torch.cat((shape, mirrored(shape))) for shape in shapes]
    weights = torch.cat([torch.full((len(shape),), len(shape) ** -0.75) for shape in both])
    rows = torch.cat(both)
    mean = torch.einsum("t,tlc->lc", weights / weights.sum(), rows)
    data = ((rows - mean) * start.metric).flatten(1)
    directions = torch.linalg.svd(data * weights.sqrt()[:, None], full_matrices=False)[2]
    directions = _signed(directions[:components])
    found = data @ directions.T
    share = (weights / weights.sum())[:, None]
    spread = (share * found.square()).sum(0).sqrt()
    shaped = directions.reshape(-1, *start.metric.shape) / start.metric * spread[0]
    return attrs.evolve(start, mean=mean, components=shaped, spread=spread / spread[0])


def _signed(directions: Tensor) -> Tensor:
    """Signs of an SVD are arbitrary: make the first of each row's largest entries positive."""
    size = directions.abs()
    first = (size > 0.99 * size.amax(1, keepdim=True)).int().argmax(1, keepdim=True)
    return directions * directions.gather(1, first).sign()


@cache
def landmark_pca() -> LandmarkPca:
    """The basis that ships with the package, read once."""
    with resources.as_file(resources.files("visemix.core.fitting") / SHIPPED) as path:
        return LandmarkPca.load(path)
