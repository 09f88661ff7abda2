"""Searches one picture for faces of any size.

MediaPipe's short-range detector sees a picture at 128 x 128 px, so it misses faces below a tenth of
the picture, and faces that fill it. Parts of the picture, and the picture with a margin, help.
"""

from collections.abc import Iterator

import attrs
import numpy as np

from visemix.core.values.subject import Picture
from visemix.plugins.mediapipe_tracker.engine import Engine, EngineSettings, Landmarks
from visemix.plugins.mediapipe_tracker.opening import open_engine
from visemix.plugins.mediapipe_tracker.tracklets import face_height
from visemix.plugins.mediapipe_tracker.view import View, tiles

_LONGEST = 640
"""Views are scaled down to this for a search, px: all that finding a face takes."""


class Searcher:
    """Looks at parts of a picture; its engine is opened when it is needed for the first time."""

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = attrs.evolve(settings, still=True)
        self._engine: Engine | None = None

    def search(
        self, picture: Picture, groups: Iterator[list[View]], *, everything: bool = False
    ) -> list[Landmarks]:
        """Faces that the views show, each once, full-frame px.

        Args:
            picture: [H, W, 3].
            groups: views of it, the most promising first.
            everything: look at all groups, and not only up to the first that shows a face.
        """
        if self._engine is None:
            self._engine = open_engine(self._settings)
        found: list[Landmarks] = []
        for views in groups:
            for view in views:
                small = view.shrunk(_LONGEST)
                for face in self._engine.detect(small.of(picture)):
                    _add(found, small.to_picture(face))
            if found and not everything:
                break
        return found

    def close(self) -> None:
        """Frees the engine."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None


def _add(found: list[Landmarks], face: Landmarks) -> None:
    """Add ``face`` unless another view showed it already; half a face is seen off its place."""
    centre = face[:, :2].mean(0)
    for other in found:
        size = max(face_height(other), face_height(face))
        if np.linalg.norm(other[:, :2].mean(0) - centre) < 0.75 * size:
            return
    found.append(face)


def clip_views(picture: Picture) -> Iterator[list[View]]:
    """Parts of a frame, closer and closer."""
    short = min(picture.shape[:2])
    for parts in (1, 2, 3):
        if short // parts >= 128:
            yield list(tiles(picture, short // parts))


def photo_views(picture: Picture) -> Iterator[list[View]]:
    """Whole; enlarged; with a margin (a face that fills it); then closer and closer."""
    height, width = picture.shape[:2]
    longest = max(height, width)
    yield [View.whole(picture)]
    if longest < 256:
        yield [View.whole(picture, 512 / longest)]
    for share in (0.3, 0.6):
        pad = round(share * longest)
        yield [View(-pad, -pad, width + 2 * pad, height + 2 * pad)]
    for parts in (1, 2, 4, 8):
        side = min(height, width) // parts
        if side >= 64:
            yield list(tiles(picture, side))
