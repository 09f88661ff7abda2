"""Make tables.npz: triangles of FaceKit's face area, eyes, and where MediaPipe's points lie.

    visemix prepare CLIPS... -o PEOPLE
    python -m visemix.plugins.ict.make_tables FACEKIT PEOPLE -o FILE

FACEKIT is the folder or npz that the plugin reads. The places start from the 68 points that FaceKit
documents and are then moved to where the tracker sees them on the people, on average.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from visemix.core.fitting import mediapipe_points as points_of
from visemix.core.fitting.alignment import to_camera
from visemix.core.fitting.correspondence import embed, nearest
from visemix.core.fitting.landmark_fit import FitOptions, fit_person
from visemix.core.fitting.landmark_model import (
    LandmarkModel,
    expression_directions,
    identity_directions,
    landmark_weights,
    landmarks_of,
)
from visemix.core.fitting.surface import Embedding, vertex_normals
from visemix.core.testing.head import OPEN, sample_head
from visemix.core.values.subject import Subject
from visemix.plugins.ict.expressions import EXPRESSIONS, expression_spread, gaze
from visemix.plugins.ict.eye_patch import EyePatch, eye_patch
from visemix.plugins.ict.facekit import POINTS_68, FaceKit, read_facekit
from visemix.plugins.ict.triangulate import boundary_loops, triangulate

OPENED = 0.5
"""Of a full jawOpen: in this shape the lips are apart, so that they are not sewn together, and no
point of one is laid on the other."""

MOVED = 0.7
"""How much a difference between expressions counts, relative to one in space."""

OPENINGS = 4
"""Holes that stay: the outer rim, the mouth, and the eyes, which get a patch."""

ROUNDS = 12
"""Of moving the places; the last one moves them by 0.4 mm on average."""

EYE_CORNERS = ((36, 39), (42, 45))
"""Of the 68 points: the corners of the right and the left eye."""


def face_triangles(kit: FaceKit) -> tuple[list[tuple[int, int, int]], list[EyePatch]]:
    """Triangles of the face area, and the patches in its eyes."""
    moved = kit.expression.double().numpy()
    opened = _opened(kit).double().numpy()
    shapes = np.concatenate((opened, *(MOVED * shape for shape in moved)), 1)
    triangles = triangulate(opened, shapes, OPENINGS)
    loops = boundary_loops(triangles)
    patches = []
    count = len(opened)
    for outer, inner in EYE_CORNERS:
        corners = opened[[POINTS_68[outer], POINTS_68[inner]]]
        middle = corners.mean(0)
        loop = min(loops, key=lambda rim: float(np.linalg.norm(opened[rim].mean(0) - middle)))
        patches.append(eye_patch(opened, loop, corners, count))
        count += len(patches[-1].corners)
    return triangles, patches


def learned_places(
    kit: FaceKit, triangles: Tensor, people: Sequence[tuple[Tensor, Tensor]]
) -> Embedding:
    """Where MediaPipe's 468 points lie.

    Args:
        kit: the face area.
        triangles: [F, 3].
        people: camera points [T, 478, 3] and found [T] of each.
    """
    head = sample_head()
    known = list(zip(points_of.POINTS_68, POINTS_68, strict=True))
    template = (head.vertices + head.moves[OPEN])[: points_of.MESH]
    surface = _opened(kit)
    places = embed(template, head.triangles, (surface, triangles), known)
    outward = vertex_normals(surface, triangles)
    for _ in range(ROUNDS):
        model = _landmarks(kit, places)
        offsets = [fit_person(model, seen[found], FitOptions()).offset for seen, found in people]
        usual = torch.stack(offsets).median(0).values[: points_of.MESH]
        normals = torch.nn.functional.normalize(places.of(outward), dim=-1)
        places = nearest(places.of(surface) + usual, normals, surface, triangles)
    return places


def _opened(kit: FaceKit) -> Tensor:
    return kit.neutral + OPENED * kit.expression[EXPRESSIONS.index("jawOpen")]


def _landmarks(kit: FaceKit, places: Embedding) -> LandmarkModel:
    return LandmarkModel(
        landmarks_of(kit.neutral, places),
        identity_directions(kit.identity, places),
        expression_directions(kit.expression, places, gaze()),
        landmark_weights(),
        torch.ones(len(kit.identity)),
        expression_spread(),
    )


def make(kit: FaceKit, people: Sequence[tuple[Tensor, Tensor]], output: Path) -> None:
    """Write the tables."""
    face, patches = face_triangles(kit)
    places = learned_places(kit, torch.tensor(face, dtype=torch.int32), people)
    rigid = list(points_of.RIGID)
    shift = sample_head().vertices[rigid].mean(0) - places.of(kit.neutral)[rigid].mean(0)
    everything = face + [triangle for patch in patches for triangle in patch.triangles]
    np.savez_compressed(
        output,
        triangles=np.array(everything, dtype=np.int16),
        eye_corners=np.concatenate([patch.corners for patch in patches]).astype(np.int16),
        eye_shares=np.concatenate([patch.shares for patch in patches]).astype(np.float32),
        place_corners=places.corners.numpy().astype(np.int16),
        place_shares=places.shares.numpy(),
        shift=shift.numpy(),
    )


def main() -> None:
    """Read the command line, compute, write."""
    parser = argparse.ArgumentParser(description="Make the tables of the ICT face model.")
    parser.add_argument("facekit", type=Path)
    parser.add_argument("people", type=Path, help="folder of prepared subjects")
    parser.add_argument("-o", "--output", required=True, type=Path)
    arguments = parser.parse_args()
    subjects = [Subject.load(folder) for folder in sorted(arguments.people.iterdir())]
    people = [(to_camera(s.track.landmarks, s.track.crop), s.track.found) for s in subjects]
    make(read_facekit(arguments.facekit), people, arguments.output)


if __name__ == "__main__":
    main()
