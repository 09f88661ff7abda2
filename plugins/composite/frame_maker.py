"""One frame: a real base frame, its head moved, its face re-textured."""

import attrs
import cv2
import numpy as np

from visemix.core.values.attributes import Match, Sources
from visemix.plugins.composite.compiled import Bytes, Floats
from visemix.plugins.composite.face_mesh import face_mesh, smoothstep
from visemix.plugins.composite.folds import smooth_folds
from visemix.plugins.composite.gallery import Gallery
from visemix.plugins.composite.head_motion import move_head
from visemix.plugins.composite.layers import Finish, Source, accumulate, resolve
from visemix.plugins.composite.lids import paint_lids
from visemix.plugins.composite.mouth_inside import Palette, paint_mouth
from visemix.plugins.composite.pixel_maps import PixelMaps
from visemix.plugins.composite.regions import LANDMARKS, VERTICES
from visemix.plugins.composite.sampling import softened

SHARPEN = 1.2
"""Gain of fine detail for an even mix of many sources."""

NEGLIGIBLE = 0.02
"""Sources with a smaller share are left out."""

MOVED_PX = (0.15, 0.6)
"""Where it moved by less than the first, the base shows; by more than the second, the layers."""

CENTRE = np.array([0.5, 0.5, 0.0], np.float32)
"""Landmarks count from the outer corner of the first pixel, indices from its centre."""

Chosen = list[tuple[int, float]]


def chosen(sources: Sources, frame: int) -> Chosen:
    """(reference frame, share) of the sources that matter, shares summing to 1."""
    index, weight = sources.index[frame].tolist(), sources.weight[frame].tolist()
    used = [(int(i), float(w)) for i, w in zip(index, weight, strict=True) if w > NEGLIGIBLE]
    total = sum(w for _, w in used)
    return [(i, w / total) for i, w in used]


@attrs.frozen(eq=False)
class Wanted:
    """What one frame shall show.

    Attributes:
        points: [478, 3] landmarks, indices of pixels of the frame.
        colours: [478, 3] low-frequency colour, levels of 255; None for that of the base.
        maps: which part of the mesh the pixels show.
        view: the pixels of ``maps``, as slices of rows and columns.
    """

    points: Floats
    colours: Floats | None
    maps: PixelMaps
    view: tuple[slice, slice]


class FrameMaker:
    """Makes frames of one reference; threads may share it.

    Args:
        gallery: the reference.
    """

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self._mesh = face_mesh()
        self._points = gallery.landmarks - CENTRE
        self._palette = Palette.of(gallery.colours[0]) if len(gallery) == 1 else None

    def make(self, match: Match, frame: int, wanted: Wanted, out: Bytes) -> None:
        """Write frame ``frame`` of a match into ``out`` [H, W, 3]."""
        base = chosen(match.base, frame)
        self._base(base, wanted.points, out)
        total = np.zeros((*wanted.maps.triangle.shape, 4), np.float32)
        detail = np.zeros(LANDMARKS, np.float32)
        for used, region in self._layers(match, frame, base, wanted.points):
            detail += region * np.float32(SHARPEN * (1 - sum(w * w for _, w in used)))
            for index, share in used:
                source = self._source(
                    index, region * np.float32(share), wanted, index in dict(base)
                )
                maps = wanted.maps
                accumulate(maps.triangle, maps.shares, self._mesh.triangles, source, total)
        detail *= self._mesh.tint  # sharpened teeth and gloss glitter from frame to frame
        finish = Finish(softened(total), self._mesh.inside, wanted.maps.solid, detail)
        maps, view = wanted.maps, out[wanted.view]
        resolve(maps.triangle, maps.shares, self._mesh.triangles, total, finish, view)
        if self._palette is not None:
            at = np.ascontiguousarray(self._points[0, :, :2])
            smooth_folds(maps.triangle, maps.shares, self._mesh.triangles, at, view)
            picture, own = self._gallery.subject.frames[0], self._points[0]
            paint_mouth(out, wanted.points, picture, own, self._palette)
            paint_lids(out, wanted.points, picture, own)

    def _base(self, used: Chosen, target: Floats, out: Bytes) -> None:
        """The base frame, or the mix of the two strongest, with its head moved to ``target``."""
        frames, points = self._gallery.subject.frames, self._points
        first, *others = sorted(used, key=lambda source: -source[1])[:2]
        move_head(frames[first[0]], points[first[0]], target, out, sharp=not others)
        for index, share in others:
            other = np.empty_like(out)
            move_head(frames[index], points[index], target, other, sharp=False)
            part = share / (first[1] + share)
            cv2.addWeighted(out, 1 - part, other, part, 0, dst=out)

    def _layers(
        self, match: Match, frame: int, base: Chosen, target: Floats
    ) -> list[tuple[Chosen, Floats]]:
        """Sources and the regions [478] that they fill."""
        mouth, eyes = self._mesh.mouth, self._mesh.eyes
        face = base if match.face is None else chosen(match.face, frame)
        lips = face if match.mouth is None else chosen(match.mouth, frame)
        if match.eyes is not None:
            rest = np.clip(1 - mouth - eyes, 0, 1)
            return [(face, rest), (lips, mouth), (chosen(match.eyes, frame), eyes)]
        rest = 1 - mouth
        if match.face is None:
            own = sum(np.float32(share) * self._points[index] for index, share in base)
            away = np.linalg.norm((target - own)[:, :2], axis=1)
            rest = rest * smoothstep(away, *MOVED_PX)
        return [(face, rest), (lips, mouth)]

    def _source(self, index: int, weight: Floats, wanted: Wanted, whole: bool) -> Source:
        """Reference frame ``index``; ``whole``: it is at hand, so its cut-out need not be read."""
        gallery = self._gallery
        at = self._points[index][:VERTICES, :2]
        if whole:
            picture = gallery.subject.frames[index]
        else:
            cutout = gallery.heads[index]
            picture = cutout.picture
            at = at - np.array([cutout.left, cutout.top], np.float32)
        shift = np.zeros((LANDMARKS, 3), np.float32)
        if wanted.colours is not None:
            shift = (wanted.colours - gallery.colours[index]) * self._mesh.tint[:, None]
        return Source(picture, np.ascontiguousarray(at), weight, shift)
