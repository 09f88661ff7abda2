"""Looks at pictures one after the other; goes closer when the face is too small to be found."""

from collections.abc import Iterator
from types import TracebackType
from typing import Self

import attrs

from visemix.core.values.subject import Picture
from visemix.plugins.mediapipe_tracker.engine import Engine, EngineSettings, Landmarks
from visemix.plugins.mediapipe_tracker.opening import open_engine
from visemix.plugins.mediapipe_tracker.view import View, tiles

_SEARCH_EVERY = 25
"""Frames without a face between two searches; a search costs as much as 30 frames."""

_GIVE_UP = 12
"""Frames without a face after which a close-up is given up."""

_CLOSE_UP = 5
"""Side of a close-up in face heights."""

_LOOKS = 3
"""Looks at a single picture: each starts from where the last one saw the face."""


class Looker:
    """Finds the faces of every frame of a clip, or of a photo.

    Args:
        settings: of the engine.
    """

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._engine = open_engine(settings)
        self._still: Engine | None = None  # opened when something has to be searched
        self._close_up: View | None = None
        self._missed = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._engine.close()
        if self._still is not None:
            self._still.close()

    def frame(self, picture: Picture, *, new_shot: bool) -> list[Landmarks]:
        """Faces in the next frame of a clip, full-frame px.

        Args:
            picture: [H, W, 3].
            new_shot: it looks unlike the frame before.
        """
        if new_shot:
            self._close_up, self._missed = None, 0
            self._detect(picture)  # so that the answer does not come from the old position
        faces = self._detect(picture)
        if faces:
            self._missed = 0
            self._keep_centred(faces)
            return faces
        self._missed += 1
        if self._missed >= _GIVE_UP:
            self._close_up = None
        if self._close_up is None and self._missed % _SEARCH_EVERY == 1:
            self._close_up = self._search(picture, _small_faces(picture))
            if self._close_up is not None:
                self._missed = 0
                self._detect(picture)
                return self._detect(picture)
        return []

    def photo(self, picture: Picture) -> list[Landmarks]:
        """Faces in a single picture, full-frame px; it tries harder than ``frame``."""
        if min(picture.shape[:2]) < 8:
            return []
        view = self._search(picture, _every_way(picture), close=False)
        if view is None:
            return []
        self._close_up = view
        for _ in range(_LOOKS - 1):
            self._detect(picture)
        return self._detect(picture)

    def _detect(self, picture: Picture) -> list[Landmarks]:
        view = self._close_up
        if view is None:
            return self._engine.detect(picture)
        return [view.to_picture(face) for face in self._engine.detect(view.of(picture))]

    def _keep_centred(self, faces: list[Landmarks]) -> None:
        view = self._close_up
        if view is None:
            return
        moved = View.around(faces[0], view.width)
        if max(abs(moved.left - view.left), abs(moved.top - view.top)) > view.width / 4:
            self._close_up = moved

    def _search(
        self, picture: Picture, views: Iterator[View], *, close: bool = True
    ) -> View | None:
        if self._still is None:
            self._still = open_engine(attrs.evolve(self._settings, still=True))
        for view in views:
            faces = self._still.detect(view.of(picture))
            if faces and close:
                face = view.to_picture(max(faces, key=_height))
                return View.around(face, round(_CLOSE_UP * _height(face)))
            if faces:
                return view
        return None


def _height(face: Landmarks) -> float:
    return float(face[:, 1].max() - face[:, 1].min())


def _small_faces(picture: Picture) -> Iterator[View]:
    short = min(picture.shape[:2])
    for parts in (1, 2, 3):
        if short // parts >= 128:
            yield from tiles(picture, short // parts)


def _every_way(picture: Picture) -> Iterator[View]:
    """Whole; with a margin (a face that fills it); enlarged; then closer and closer."""
    height, width = picture.shape[:2]
    yield View.whole(picture)
    for share in (0.3, 0.6):
        pad = round(share * max(height, width))
        yield View(-pad, -pad, width + 2 * pad, height + 2 * pad)
    if max(height, width) < 256:
        yield View.whole(picture, 512 / max(height, width))
    for parts in (1, 2, 4, 8):
        side = min(height, width) // parts
        if side >= 64:
            yield from tiles(picture, side)
