"""Composite: finished frames out of real reference frames."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import attrs
import numpy as np
import torch

from visemix.core.errors import InvalidValue
from visemix.core.interfaces import Refiner
from visemix.core.timeline import length
from visemix.core.values.attributes import Match
from visemix.core.values.frames import Frames
from visemix.core.values.rendering import Rendering, Shot
from visemix.core.values.subject import Subject
from visemix.core.windows import Step, Window
from visemix.plugins.composite.compiled import Floats
from visemix.plugins.composite.face_mesh import face_mesh
from visemix.plugins.composite.frame_maker import CENTRE, FrameMaker, Wanted
from visemix.plugins.composite.gallery import Gallery, GalleryMatch, GalleryShelf, to_frame
from visemix.plugins.composite.pixel_maps import PixelMaps
from visemix.plugins.composite.regions import LANDMARKS, VERTICES
from visemix.plugins.composite.roi import Roi

MARGIN_PX = (3.0, 3.0, 3.0)


@attrs.frozen(eq=False)
class Begun:
    """What is carried from block to block.

    Attributes:
        subject: as it was at the beginning.
        maker: makes the frames; None before the first block.
        gallery: which it makes them of.
    """

    subject: Subject
    maker: FrameMaker | None = None
    gallery: Gallery | None = None


class Composite(Refiner):
    """A base frame with its head moved, under a face of up to three layers of reference frames.

    Needs the maps "triangle" and "barycentric" of MediaPipe's mesh, and landmarks.

    Args:
        block: frames per call; an 8K frame takes 100 MB, so few of them.

    Raises:
        InvalidValue: ``block`` is not positive.
    """

    def __init__(self, block: int = 4) -> None:
        self.window = Window(block)
        self._shelf = GalleryShelf()

    def begin(self, subject: Subject) -> Begun:
        """See Refiner."""
        return Begun(subject)

    def refine(self, shot: Shot, state: object) -> Step[Frames]:
        """Make the frames, on as many threads as torch uses.

        Raises:
            InvalidValue: the rendering lacks landmarks or a map.
        """
        assert isinstance(state, Begun)
        state = self._ready(shot.match, state)
        assert state.maker is not None and state.gallery is not None
        maker, match, count = state.maker, shot.match, length(shot)
        work = _Block(shot.rendering, match, state.gallery)
        size = state.subject.frames
        made = np.empty((count, size.height, size.width, 3), np.uint8)

        def make(frame: int) -> None:
            maker.make(match, frame, work.wanted(frame, (size.height, size.width)), made[frame])

        _each(make, count)
        rgb = torch.from_numpy(made).permute(0, 3, 1, 2)
        return Step(Frames(rgb, shot.rendering.fps), state)

    def _ready(self, match: Match, state: Begun) -> Begun:
        gallery = match.gallery if isinstance(match, GalleryMatch) else state.gallery
        gallery = gallery or self._shelf.of(state.subject)
        if state.gallery is gallery:
            return state
        return Begun(state.subject, FrameMaker(gallery), gallery)


class _Block:
    """What the frames of one block shall show."""

    def __init__(self, rendering: Rendering, match: Match, gallery: Gallery) -> None:
        missing = [name for name in ("triangle", "barycentric") if name not in rendering.maps]
        if missing:
            do = "set the renderer's maps: [triangle, barycentric]"
            raise InvalidValue(f"the map {missing[0]!r} is missing", where="Rendering.maps", do=do)
        marks = rendering.landmarks
        if marks is None or marks.shape[1] != LANDMARKS:
            do = "use the face model landmark-mesh"
            what = f"expected {LANDMARKS} landmarks"
            raise InvalidValue(what, where="Rendering.landmarks", do=do)
        self._maps = (rendering.maps["triangle"], rendering.maps["barycentric"])
        self._crop: Floats = rendering.crop.numpy()
        landmarks = np.ascontiguousarray(to_frame(marks, rendering.crop).numpy(), np.float32)
        self._points = landmarks - CENTRE
        self._colours = _colours(landmarks, match, gallery)

    def wanted(self, frame: int, size: tuple[int, int]) -> Wanted:
        """One frame of height and width ``size``."""
        points = self._points[frame]
        roi = Roi.around(points[:VERTICES], MARGIN_PX, size)
        maps = (self._maps[0][frame], self._maps[1][frame])
        view = (slice(roi.y, roi.y + roi.h), slice(roi.x, roi.x + roi.w))
        found = PixelMaps.of(maps, self._crop[frame], points, roi)
        colours = None if self._colours is None else self._colours[frame]
        return Wanted(points, colours, found, view)


def _colours(landmarks: Floats, match: Match, gallery: Gallery) -> Floats | None:
    """Colours [T, 478, 3] that the face shall have; None for a photo, which has but one light.

    Where the face is the base's own, so is what the colour model misses on it; but the look of the
    base's mouth must not leak into the new one.
    """
    if len(gallery) == 1:
        return None
    predicted = gallery.colour_model(gallery.shape.describe(landmarks))
    if match.face is None:
        share = match.base.weight.numpy()
        index = match.base.index.numpy()
        missed = np.einsum("tk,tkvc->tvc", share, gallery.missed[index])
        predicted += (1 - face_mesh().mouth)[:, None] * missed
    return predicted


def _each(make: Callable[[int], None], count: int) -> None:
    threads = min(torch.get_num_threads(), count)
    if threads < 2:
        for frame in range(count):
            make(frame)
        return
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(make, range(count)):
            pass
