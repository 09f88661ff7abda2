"""MediaPipeTracker: pictures in, one person's Track out."""

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from visemix.core.errors import FaceError, MediaError
from visemix.core.interfaces import FaceTracker
from visemix.core.values.rendering import Crop
from visemix.core.values.subject import Picture
from visemix.core.values.track import Track
from visemix.plugins.mediapipe_tracker.action_units import action_units
from visemix.plugins.mediapipe_tracker.blinks import blink_intensity
from visemix.plugins.mediapipe_tracker.engine import POINTS, EngineSettings, Landmarks
from visemix.plugins.mediapipe_tracker.gaps import fill
from visemix.plugins.mediapipe_tracker.head_crop import head_crop
from visemix.plugins.mediapipe_tracker.looking import Looker
from visemix.plugins.mediapipe_tracker.person import choose, gather, without_flashes
from visemix.plugins.mediapipe_tracker.shots import change, find_cuts, seems_new, thumbnail
from visemix.plugins.mediapipe_tracker.smoothing import smooth
from visemix.plugins.mediapipe_tracker.tracklets import Tracklet, link

_NO_FACE = "give a reference in which the face is seen from the front, and not too small"


@attrs.frozen(eq=False)
class Seen:
    """What was seen in a whole clip.

    Attributes:
        faces: all faces of every frame, full-frame px.
        cuts: [T] frames that start a new shot.
        size: height and width of the frames, px.
        chosen: the face that was asked for, where faces first appear.
    """

    faces: list[list[Landmarks]]
    cuts: NDArray[np.bool_]
    size: tuple[int, int]
    chosen: Landmarks | None = None


class MediaPipeTracker(FaceTracker):
    """MediaPipe's face mesh with irises and refined lips.

    Args:
        max_faces: faces looked for in one picture.
        min_confidence: 0 to 1; a face below it counts as lost. MediaPipe's confidence is close to
            1 for real faces, so a high threshold drops what it mistakes for one.
        smoothing: 0 to 1, see :func:`smooth`.
        looks: how often each frame of a clip is looked at. What the mesh sees depends on where it
            looks, which is where the face was one frame ago; a second look starts from where the
            face is.
        max_size: largest side of the head crop, px.
        exact_size: make the crop exactly that large, for networks of a fixed size.
        model: a face_landmarker.task, for MediaPipe 0.10.31 and later; None to find one.
    """

    def __init__(  # noqa: PLR0913 - the settings of the manifest
        self,
        *,
        max_faces: int = 4,
        min_confidence: float = 0.9,
        smoothing: float = 0.0,
        looks: int = 1,
        max_size: int = 512,
        exact_size: bool = False,
        model: str | Path | None = None,
    ) -> None:
        self._engine = EngineSettings(max_faces, min_confidence, Path(model) if model else None)
        self._smoothing = smoothing
        self._looks = looks
        self._max_size, self._exact = max_size, exact_size

    def track(self, pictures: Iterable[Picture], fps: float, face: int | None = None) -> Track:
        """See FaceTracker; a single picture is treated as a photo.

        Raises:
            FaceError: no face in any picture, or fewer faces than ``face`` asks for.
            MediaError: no pictures, or their size changes.
            PluginError: MediaPipe is not installed, or has no model.
        """
        seen = self._look(iter(pictures), face)
        tracklets = link(seen.faces, seen.cuts, fps)
        if not tracklets:
            count = len(seen.faces)
            what = "no face was found" + (f" in any of {count} frames" if count > 1 else "")
            raise FaceError(what, do=_NO_FACE)
        chosen = choose(tracklets, seen.chosen)
        lasting = without_flashes(tracklets)
        return self._track(gather(chosen, lasting, len(seen.faces)), seen, fps)

    def _look(self, pictures: Iterator[Picture], face: int | None) -> Seen:
        start = list(itertools.islice(pictures, 2))
        if not start:
            raise MediaError("it has no pictures", do="give a video with at least one frame")
        size = (start[0].shape[0], start[0].shape[1])
        settings = attrs.evolve(
            self._engine, max_faces=max(self._engine.max_faces, (face or 0) + 1)
        )
        with Looker(settings, face, self._looks) as looker:
            if len(start) == 1:
                return Seen([looker.photo(start[0])], np.zeros(1, bool), size, looker.chosen)
            return _look_at_all(looker, itertools.chain(start, pictures), size)

    def _track(self, tracklets: list[Tracklet], seen: Seen, fps: float) -> Track:
        count = len(seen.faces)
        landmarks = np.zeros((count, POINTS, 3), np.float32)
        found = np.zeros(count, bool)
        for tracklet in tracklets:
            landmarks[tracklet.frames] = np.stack(tracklet.faces)
            found[tracklet.frames] = True
        points = torch.from_numpy(fill(landmarks, found, seen.cuts))
        points = smooth(points, seen.cuts, self._smoothing)
        seen_in = torch.from_numpy(found)
        return Track(
            landmarks=points,
            found=seen_in,
            blink=blink_intensity(points, seen_in),
            action_units=action_units(points, seen_in),
            crop=self._crop(points[seen_in], seen.size),
            fps=fps,
            cut=torch.from_numpy(seen.cuts),
            faces=max(len(faces) for faces in seen.faces),
        )

    def _crop(self, points: Tensor, size: tuple[int, int]) -> Crop:
        return head_crop(points.numpy(), size, self._max_size, exact=self._exact)


def _look_at_all(looker: Looker, pictures: Iterator[Picture], size: tuple[int, int]) -> Seen:
    faces: list[list[Landmarks]] = []
    changes: list[float] = []
    last: Picture | None = None
    last_small = None
    before = 0.0
    for picture in pictures:
        if picture.shape[:2] != size:
            raise MediaError(f"the size of its frames changes at frame {len(faces)}")
        if picture is last:  # a slower video on a faster grid: seen already
            faces.append(faces[-1])
            changes.append(0.0)
            continue
        small = thumbnail(picture)
        changed = change(last_small, small) if last_small is not None else 0.0
        faces.append(looker.frame(picture, new_shot=seems_new(changed, before)))
        changes.append(changed)
        last, last_small, before = picture, small, changed or before
    return Seen(faces, find_cuts(np.array(changes)), size, looker.chosen)
