"""Gallery: the reference as matcher and refiner want it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import attrs
import numpy as np
import torch
from torch import Tensor

from visemix.core.values.attributes import Match
from visemix.core.values.rendering import Crop
from visemix.core.values.subject import Subject
from visemix.plugins.composite.colours import ColourModel, colours_of, glance_of
from visemix.plugins.composite.compiled import Flags, Floats
from visemix.plugins.composite.features import Features, Shape
from visemix.plugins.composite.head_pictures import HeadPictures
from visemix.plugins.composite.regions import LANDMARKS


@attrs.frozen(eq=False)
class Gallery:
    """One reference of N frames.

    Attributes:
        subject: whose it is.
        landmarks: [N, 478, 3] the mesh in every frame, full-frame px.
        heads: the faces in the frames.
        shape: what poses are removed against.
        features: of every frame.
        colours: [N, 478, 3] low-frequency colour of the face, levels of 255.
        glances: [N, D] tiny whole frames, levels of 255.
        cut: [N] a new stretch starts here: another shot, or the face was lost or found.
        usable: [N] the face was seen.
        colour_model: how colours follow from features.
        missed: [N, 478, 3] colours less those that the model says.
    """

    subject: Subject
    landmarks: Floats
    heads: HeadPictures
    shape: Shape
    features: Features
    colours: Floats
    glances: Floats
    cut: Flags
    usable: Flags
    colour_model: ColourModel
    missed: Floats

    @staticmethod
    def of(subject: Subject, landmarks: Tensor | None = None) -> "Gallery":
        """Look at every frame of a reference once.

        Args:
            subject: who is seen.
            landmarks: [N, 478, 3] the face model's mesh in full-frame px; the tracked landmarks if
                not given.
        """
        track = subject.track
        points = track.landmarks if landmarks is None else landmarks
        mesh = np.ascontiguousarray(points[:, :LANDMARKS].numpy(), np.float32)
        heads = HeadPictures(subject.frames, mesh)
        colours, glances = _look(subject, mesh, heads)
        usable = track.found.numpy()
        cut = track.cut.numpy().copy()
        cut[1:] |= usable[1:] != usable[:-1]
        shape = Shape.of(mesh[usable])
        features = shape.describe(mesh)
        seen = Features(*(part[usable] for part in attrs.astuple(features, recurse=False)))
        model = ColourModel.fit(seen, colours[usable])
        return Gallery(
            subject=subject,
            landmarks=mesh,
            heads=heads,
            shape=shape,
            features=features,
            colours=colours,
            glances=glances,
            cut=cut,
            usable=usable,
            colour_model=model,
            missed=colours - model(features),
        )

    def __len__(self) -> int:
        return len(self.landmarks)


@attrs.frozen(eq=False)
class GalleryMatch(Match):
    """A match that says which gallery its frames are from.

    Attributes:
        gallery: of the subject; None if it is not known.
    """

    gallery: Gallery | None = None


def to_frame(landmarks: Tensor, crop: Tensor) -> Tensor:
    """Landmarks [T, L, 3] from crop px to full-frame px.

    Args:
        landmarks: x, y, depth in crop px.
        crop: [T, 2, 3] from full-frame px to crop px.
    """
    turn = torch.linalg.inv(crop[:, :, :2])
    zoom = torch.linalg.det(turn).abs().sqrt()
    flat = (landmarks[..., :2] - crop[:, None, :, 2]) @ turn.mT
    return torch.cat((flat, landmarks[..., 2:] * zoom[:, None, None]), -1)


def crop_of(crop: Crop, frames: int) -> Tensor:
    """The same crop for every frame [T, 2, 3]."""
    return crop.matrix.expand(frames, 2, 3)


def _look(subject: Subject, mesh: Floats, heads: HeadPictures) -> tuple[Floats, Floats]:
    """Colours [N, 478, 3] and glances [N, D]."""
    count = len(mesh)
    first = glance_of(subject.frames[0])
    colours = np.empty((count, LANDMARKS, 3), np.float32)
    glances = np.empty((count, len(first)), np.float32)

    def look(index: int) -> None:
        frame = subject.frames[index]
        colours[index] = colours_of(heads.add(index, frame), mesh[index])
        glances[index] = glance_of(frame)

    with ThreadPoolExecutor(max(torch.get_num_threads(), 1)) as pool:
        for _ in pool.map(look, range(count)):
            pass
    return colours, glances


class GalleryShelf:
    """Remembers the gallery of the last subject."""

    def __init__(self) -> None:
        self._last: Gallery | None = None
        self._lock = threading.Lock()

    def of(self, subject: Subject, landmarks: Tensor | None = None) -> Gallery:
        """The gallery of ``subject``, made if it is not the last one's."""
        with self._lock:
            if self._last is None or self._last.subject is not subject:
                self._last = Gallery.of(subject, landmarks)
            return self._last
