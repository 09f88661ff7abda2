"""Links the faces of neighbouring frames into tracklets: the same face without a break."""

import attrs
import numpy as np
from numpy.typing import NDArray

from visemix.core.measures import STABLE
from visemix.plugins.mediapipe_tracker.engine import Landmarks

MAX_GAP = 5
"""Frames a face may be missing and still be the same tracklet."""

_REACH = 0.4
"""Face heights a head may move from one frame to the next at 25 frames per second; the fastest
head in our test clips moves 0.13."""

_SIZE_RATIO = 1.6
"""How much larger or smaller a face may be than in the frame before."""


@attrs.define(eq=False)
class Tracklet:
    """One face in frames that follow each other.

    Attributes:
        frames: frame numbers, growing.
        faces: its landmarks in them.
    """

    frames: list[int] = attrs.field(factory=list)
    faces: list[Landmarks] = attrs.field(factory=list)

    @property
    def area(self) -> float:
        """Sum over its frames of the face's height squared, px²."""
        return float(sum(face_height(face) ** 2 for face in self.faces))

    def overlaps(self, taken: NDArray[np.bool_]) -> bool:
        """Whether it has a frame in which ``taken`` [T] is set."""
        return bool(taken[self.frames].any())


def face_height(face: Landmarks) -> float:
    """Distance from the top of the forehead to the chin, px."""
    return float(np.linalg.norm(face[10] - face[152]))


def link(faces: list[list[Landmarks]], cuts: NDArray[np.bool_], fps: float) -> list[Tracklet]:
    """Every tracklet of a clip.

    A face that jumps further than a head can move starts a new tracklet, so does a new shot.

    Args:
        faces: of every frame.
        cuts: [T] frames that start a new shot.
        fps: heads move further between the frames of a slow clip.
    """
    reach = _REACH * max(25.0 / fps, 1.0) ** 0.5
    done: list[Tracklet] = []
    active: list[Tracklet] = []
    for frame, present in enumerate(faces):
        ended = [t for t in active if cuts[frame] or frame - t.frames[-1] > MAX_GAP]
        done += ended
        active = [t for t in active if t not in ended]
        active += _extend(active, frame, present, reach)
    return done + active


def _extend(
    active: list[Tracklet], frame: int, present: list[Landmarks], reach: float
) -> list[Tracklet]:
    """Give each face to the nearest tracklet; return new tracklets for those left over."""
    pairs = sorted(
        (_distance(t.faces[-1], face) / (frame - t.frames[-1]) ** 0.5, i, j)
        for i, t in enumerate(active)
        for j, face in enumerate(present)
    )
    used_tracklets: set[int] = set()
    used_faces: set[int] = set()
    for distance, i, j in pairs:
        if distance > reach or i in used_tracklets or j in used_faces:
            continue
        used_tracklets.add(i)
        used_faces.add(j)
        active[i].frames.append(frame)
        active[i].faces.append(present[j])
    new = [face for j, face in enumerate(present) if j not in used_faces]
    return [Tracklet([frame], [face]) for face in new]


def _distance(first: Landmarks, second: Landmarks) -> float:
    """Mean distance of the stable points in face heights; infinite if the sizes differ much."""
    sizes = sorted((face_height(first), face_height(second)))
    if sizes[0] <= 0 or sizes[1] / sizes[0] > _SIZE_RATIO:
        return float("inf")
    stable = list(STABLE)
    moved = np.linalg.norm(first[stable, :2] - second[stable, :2], axis=1).mean()
    return float(moved / sizes[1])
