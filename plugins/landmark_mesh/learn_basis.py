"""Learn the expression basis from tracked clips.

    python -m visemix.plugins.landmark_mesh.learn_basis TRACKS... -o FILE

Each track is an .npz with ``landmarks`` [T, 478, 3] px, ``found`` [T], ``width`` and ``height``;
clips of one person share the part of the file name before the first "-".
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from visemix.core.errors import DatasetError
from visemix.core.fitting.alignment import to_camera
from visemix.core.fitting.canonical_mesh import canonical_mesh
from visemix.core.fitting.mediapipe_points import IRIS_LEFT, IRIS_RIGHT, LIPS, MESH
from visemix.core.measures import eye_aspect_ratio
from visemix.core.tracked_face.expression import GAZE, ExpressionBasis
from visemix.core.tracked_face.lids import full_travel, lid_region
from visemix.core.tracked_face.neutral import Frontal, frontalise
from visemix.core.values.rendering import Crop

COMPONENTS = 64
LIP_WEIGHT = 4.0
DEPTH_WEIGHT = 0.3
SHUT_LEVEL, OPEN_LEVEL = 0.45, 0.85
"""Shares of the 80th percentile of the eye aspect ratio that count as shut and as open."""

POSE_FRAMES = 300
"""A person needs this many frames before pose can be told from expression."""

NOTICE = (
    "Learned from landmark motion in: GRID audiovisual sentence corpus (Cooke, Barker, Cunningham, "
    "Shao 2006, CC BY 4.0), 27 utterances; and a recorded address of the US government (public "
    "domain). It holds statistics of motion, no picture and no person's shape."
)


def learn(people: Sequence[Frontal]) -> ExpressionBasis:
    """Blink directions, then principal components of what is left, then gaze.

    Raises:
        DatasetError: nobody blinks, or there are fewer frames than components.
    """
    metric = _metric()
    lids = _lid_directions(people)
    blink = _unit_rows((lids * metric).flatten(1))
    rows, counts = [], []
    for person in people:
        for moved in _with_mirror(_expression(person)):
            row = (moved * metric).flatten(1)
            rows.append(row - (row @ blink.T) @ blink)
            counts.append(torch.full((len(row),), float(len(row))))
    # Square root of the share: a person with 16 times the frames counts 4 times.
    weights = torch.cat(counts) ** -0.25
    data = torch.cat(rows)
    if len(data) < COMPONENTS:
        raise DatasetError(f"{len(data) // 2} frames are too few for {COMPONENTS} components")
    directions = torch.linalg.svd(data * weights[:, None], full_matrices=False)[2]
    directions = _signed(directions[: COMPONENTS - len(GAZE)])
    shape = torch.cat([directions, _gaze(metric)])
    gaze = torch.cat([_iris_motion(person, metric) for person in people])
    spread = torch.cat([(data @ directions.T).std(0), (gaze @ _gaze(metric).T).std(0)])
    components = shape.reshape(-1, *metric.shape) / metric * spread[0]
    return ExpressionBasis(components, metric, spread / spread[0], lids)


def _metric() -> Tensor:
    metric = torch.ones(len(canonical_mesh().vertices), 3)
    metric[list(LIPS)] = LIP_WEIGHT
    metric[:, 2] *= DEPTH_WEIGHT
    return metric


def _expression(person: Frontal) -> Tensor:
    """Displacement [T, 478, 3] without irises and without what is linear in the head's pose.

    The tracker bends the face a little as the head turns; that is not expression.
    """
    moved = person.points - person.neutral
    moved[:, MESH:] = 0
    if len(moved) < POSE_FRAMES:
        return moved
    angles = person.alignment.pose().rotation
    angles = angles - angles.mean(0)
    centred = (moved - moved.mean(0)).flatten(1)
    bend: Tensor = torch.linalg.lstsq(angles, centred).solution
    return moved - (angles @ bend).reshape(moved.shape)


def _with_mirror(moved: Tensor) -> tuple[Tensor, Tensor]:
    mirrored = moved[:, canonical_mesh().mirror] * moved.new_tensor([-1.0, 1.0, 1.0])
    return moved, mirrored


def _lid_directions(people: Sequence[Frontal]) -> Tensor:
    """Mean displacement from open to shut eyes, mirrored, one per eye [2, 478, 3]."""
    seen = [d for d in map(_lid_travel, people) if d is not None]
    if not seen:
        raise DatasetError("nobody blinks in these tracks", do="add a clip in which someone does")
    both = torch.stack(_with_mirror(torch.stack(seen).mean(0)[None])).mean(0)[0]
    vertices = canonical_mesh().vertices
    right = (vertices[:, :1] < 0).float()
    lids = torch.stack((both * right, both * (1 - right)))
    return lids * full_travel(vertices, lids)[:, None, None]


def _lid_travel(person: Frontal) -> Tensor | None:
    ratio = eye_aspect_ratio(person.points)
    top = torch.quantile(ratio, 0.8)
    shut, opened = ratio < SHUT_LEVEL * top, ratio > OPEN_LEVEL * top
    if int(shut.sum()) < 3:
        return None
    travel = person.points[shut].mean(0) - person.points[opened].mean(0)
    return travel * lid_region()[:, None]


def _iris_motion(person: Frontal, metric: Tensor) -> Tensor:
    moved = person.points - person.neutral
    moved[:, :MESH] = 0
    return (moved * metric).flatten(1)


def _gaze(metric: Tensor) -> Tensor:
    """Unit vectors that shift both irises to the right and up [2, 478 * 3]."""
    shift = torch.zeros(2, *metric.shape)
    iris = [*IRIS_RIGHT, *IRIS_LEFT]
    shift[0, iris, 0] = 1
    shift[1, iris, 1] = 1
    return _unit_rows((shift * metric).flatten(1))


def _unit_rows(rows: Tensor) -> Tensor:
    norm: Tensor = torch.linalg.vector_norm(rows, dim=1, keepdim=True)
    return rows / norm


def _signed(directions: Tensor) -> Tensor:
    """Signs of an SVD are arbitrary: make the first of each row's largest entries positive.

    Mirror images tie up to rounding, so "largest" is anything above 99 % of the maximum.
    """
    size = directions.abs()
    first = (size > 0.99 * size.amax(1, keepdim=True)).int().argmax(1, keepdim=True)
    return directions * directions.gather(1, first).sign()


def read_people(paths: Sequence[Path]) -> list[Frontal]:
    """Tracks grouped by person and frontalised; all clips of a person have one picture size.

    Raises:
        DatasetError: a track without a face.
    """
    points: dict[str, list[Tensor]] = {}
    for path in paths:
        stored = np.load(path)
        landmarks = torch.from_numpy(stored["landmarks"][stored["found"]]).float()
        if len(landmarks) == 0:
            raise DatasetError("no frame shows a face", where=path)
        crop = Crop.full(int(stored["height"]), int(stored["width"]))
        points.setdefault(path.stem.split("-")[0], []).append(to_camera(landmarks, crop))
    return [frontalise(torch.cat(clips)) for clips in points.values()]


def main() -> None:
    """Read the command line, learn, write."""
    parser = argparse.ArgumentParser(description="Learn the expression basis.")
    parser.add_argument("tracks", nargs="+", type=Path)
    parser.add_argument("-o", "--output", required=True, type=Path)
    arguments = parser.parse_args()
    learn(read_people(arguments.tracks)).save(arguments.output, NOTICE)


if __name__ == "__main__":
    main()
