"""Looks at pictures one after the other; goes closer when the face is too small to be found."""

from types import TracebackType
from typing import Self

import numpy as np

from visemix.core.errors import FaceError
from visemix.core.values.subject import Picture
from visemix.plugins.mediapipe_tracker.engine import EngineSettings, Landmarks
from visemix.plugins.mediapipe_tracker.opening import open_engine
from visemix.plugins.mediapipe_tracker.searching import Searcher, clip_views, photo_views
from visemix.plugins.mediapipe_tracker.tracklets import face_height
from visemix.plugins.mediapipe_tracker.view import View

_SEARCH_EVERY = 25
"""Frames without a face between two searches; a search costs as much as 30 frames."""

_GIVE_UP = 12
"""Frames without a face after which a close-up is given up."""

_CLOSE_UP = 5
"""Side of a close-up in face heights."""

_SHARP = 1280
"""Close-ups are scaled down to this, px: the mesh network sees the face at 192 px anyway."""

_LOOKS = 3
"""Looks at a photo: each starts from where the last one saw the face."""


class Looker:
    """Finds the faces of every frame of a clip, or of a photo.

    Args:
        settings: of the engine.
        wanted: which face is followed, 0 for the leftmost; None if that is decided later.
        looks: at each frame of a clip.

    Attributes:
        chosen: the wanted face, in the first picture that shows any.
    """

    def __init__(self, settings: EngineSettings, wanted: int | None = None, looks: int = 1) -> None:
        self._engine = open_engine(settings)
        self._searcher = Searcher(settings)
        self._close_up: View | None = None
        self._missed = 0
        self._wanted = wanted
        self._more_looks = looks - 1
        self.chosen: Landmarks | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._engine.close()
        self._searcher.close()

    def frame(self, picture: Picture, *, new_shot: bool) -> list[Landmarks]:
        """Faces in the next frame of a clip, full-frame px.

        Args:
            picture: [H, W, 3].
            new_shot: it looks unlike the frame before.

        Raises:
            FaceError: the first faces seen are fewer than the wanted one's number.
        """
        faces = self._next(picture, new_shot)
        if faces and self._wanted is not None and self.chosen is None:
            return self._choose(picture, faces, self._wanted)
        return faces

    def _next(self, picture: Picture, new_shot: bool) -> list[Landmarks]:
        if new_shot:
            self._close_up, self._missed = None, 0
            self._detect(picture)  # so that the answer does not come from the old position
        faces = self._detect(picture)
        if faces:
            self._missed = 0
            for _ in range(self._more_looks):
                faces = self._detect(picture) or faces
            self._keep_centred(faces)
            return faces
        self._missed += 1
        if self._missed >= _GIVE_UP:
            self._close_up = None
        if self._close_up is None and self._missed % _SEARCH_EVERY == 1:
            return self._go_closer(picture)
        return []

    def photo(self, picture: Picture) -> list[Landmarks]:
        """Faces in a single picture, full-frame px; it tries harder than ``frame``."""
        if min(picture.shape[:2]) < 8:
            return []
        choosing = self._wanted is not None
        found = self._searcher.search(picture, photo_views(picture), everything=choosing)
        faces = [self._closely(picture, face) for face in found]
        if faces and self._wanted is not None:
            self.chosen = nth_from_left(faces, self._wanted)
        return faces

    def _detect(self, picture: Picture) -> list[Landmarks]:
        view = self._close_up
        if view is None:
            return self._engine.detect(picture)
        return [view.to_picture(face) for face in self._engine.detect(view.of(picture))]

    def _choose(self, picture: Picture, faces: list[Landmarks], wanted: int) -> list[Landmarks]:
        """All faces of this frame, also those the tracker overlooks beside a larger one."""
        found = self._searcher.search(picture, clip_views(picture), everything=True)
        found += [f for f in faces if not any(_same_place(f, other) for other in found)]
        self.chosen = chosen = nth_from_left(found, wanted)
        self._close_up = None
        if not any(_same_place(face, chosen) for face in self._detect(picture)):
            self._close_up = _close_up(chosen)
            self._detect(picture)
        others = [face for face in found if face is not chosen]
        seen = [face for face in self._detect(picture) if _same_place(face, chosen)]
        return [*others, *(seen or [chosen])]

    def _go_closer(self, picture: Picture) -> list[Landmarks]:
        found = self._searcher.search(picture, clip_views(picture))
        if not found:
            return []
        self._close_up = _close_up(max(found, key=face_height))
        self._missed = 0
        self._detect(picture)
        return self._detect(picture)

    def _closely(self, picture: Picture, face: Landmarks) -> Landmarks:
        """The same face, seen from near."""
        self._close_up = _close_up(face)
        seen: list[Landmarks] = []
        for _ in range(_LOOKS):
            seen = self._detect(picture) or seen
        return min([*seen, face], key=lambda f: _offset(f, face)) if seen else face

    def _keep_centred(self, faces: list[Landmarks]) -> None:
        view = self._close_up
        if view is None:
            return
        moved = View.around(faces[0], view.width).shrunk(_SHARP)
        if max(abs(moved.left - view.left), abs(moved.top - view.top)) > view.width / 4:
            self._close_up = moved


def nth_from_left(faces: list[Landmarks], wanted: int) -> Landmarks:
    """The face with that number.

    Raises:
        FaceError: there are fewer.
    """
    ordered = sorted(faces, key=lambda face: float(face[:, 0].mean()))
    if not 0 <= wanted < len(ordered):
        count = f"{len(ordered)} face{'' if len(ordered) == 1 else 's'}"
        raise FaceError(
            f"face {wanted} was asked for, but only {count} can be seen where faces first appear",
            do=f"choose a face from 0 (leftmost) to {len(ordered) - 1}, or none for the largest",
        )
    return ordered[wanted]


def _same_place(first: Landmarks, second: Landmarks) -> bool:
    return _offset(first, second) < 0.5 * face_height(second)


def _close_up(face: Landmarks) -> View:
    return View.around(face, max(round(_CLOSE_UP * face_height(face)), 8)).shrunk(_SHARP)


def _offset(first: Landmarks, second: Landmarks) -> float:
    return float(np.linalg.norm(first[:, :2].mean(0) - second[:, :2].mean(0)))
