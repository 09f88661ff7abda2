"""What a face does over time, for plots; and a contact sheet of it."""

import os
from pathlib import Path

import cv2
import numpy as np

from visemix.core.errors import OutputError
from visemix.core.fitting.canonical_mesh import canonical_mesh
from visemix.core.judging.case import Take
from visemix.core.judging.head_pose import head_pose
from visemix.core.measures import eye_aspect_ratio, lip_gap, remove_rigid_motion
from visemix.core.values.track import Track

LAYOUT = "mediapipe-478"
THUMBNAILS, COLUMNS, EDGE = 20, 10, 128
"""Of a contact sheet: pictures, pictures in a row, px."""


def save_curves(track: Track | None, fps: float, path: Path) -> None:
    """Keep time, lip gap, head rotation, eye aspect and where the face was seen.

    Nothing is written where no face, or a face of other landmarks, was seen.
    """
    if track is None or track.landmarks.shape[1] != len(canonical_mesh().vertices):
        return
    points = track.landmarks
    curves = {
        "time": np.arange(len(points)) / fps,
        "lip_gap": lip_gap(remove_rigid_motion(points, points[0])).numpy(),
        "rotation": head_rotation(track),
        "eye_aspect": eye_aspect_ratio(points).numpy(),
        "found": track.found.numpy(),
    }
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with part.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **curves)
    part.replace(path)


def head_rotation(track: Track) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    """[T, 3] float32, pitch, yaw and roll in degrees: the pose of MediaPipe's canonical face."""
    return np.asarray(head_pose(track.landmarks).rotation.numpy(), np.float32)


def save_sheet(take: Take, path: Path) -> None:
    """Frames at equal distances, as a JPEG.

    Raises:
        OutputError: it cannot be written.
    """
    count = min(THUMBNAILS, len(take.frames))
    index = np.linspace(0, len(take.frames) - 1, count).round().astype(int)
    small = [
        cv2.resize(take.frames[int(i)], (EDGE, EDGE), interpolation=cv2.INTER_AREA) for i in index
    ]
    columns = min(COLUMNS, count)
    small += [np.zeros_like(small[0])] * (-count % columns)
    rows = [np.hstack(small[k : k + columns]) for k in range(0, len(small), columns)]
    picture = cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR)
    made, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 88])
    if not made:
        raise OutputError("the contact sheet cannot be compressed", where=path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_bytes(np.asarray(data).tobytes())
    part.replace(path)
