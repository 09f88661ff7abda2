"""Videos as metrics see them: the crop of the true face, the track in it, the sound.

Pictures and landmarks are taken into the crop once, so that no metric has to read a whole video:
a take's full frame is the crop.
"""

import json
import os
from pathlib import Path

import attrs
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file

from visemix.core.errors import FaceError
from visemix.core.interfaces import FaceTracker
from visemix.core.judging.case import Take
from visemix.core.media.audio_in import read_audio
from visemix.core.subjects.cropped import crop_picture
from visemix.core.subjects.tree import put_together, take_apart
from visemix.core.timeline import cut
from visemix.core.values.audio import Audio
from visemix.core.values.rendering import Crop
from visemix.core.values.subject import Picture
from visemix.core.values.track import Track
from visemix.registry.comparing.transcoding import pictures_of

LISTENED_RATE = 16_000
"""Rate of the sound that metrics hear, Hz."""


@attrs.define(eq=False)
class CroppedFrames:
    """Pictures of a crop; see core.values.subject.ReferenceFrames.

    Attributes:
        pictures: [T, H, W, 3] uint8.
        height, width: of every picture, px.
    """

    pictures: NDArray[np.uint8]
    height: int = attrs.field(init=False)
    width: int = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.height, self.width = self.pictures.shape[1:3]

    def __len__(self) -> int:
        """Number of frames."""
        return len(self.pictures)

    def __getitem__(self, index: int) -> Picture:
        """Frame ``index``, [H, W, 3] uint8."""
        return np.asarray(self.pictures[index], np.uint8)


def scaled(crop: Crop, size: int) -> Crop:
    """The same crop as pictures of ``size`` px.

    >>> scaled(Crop(torch.eye(2, 3), 512, 512), 256).matrix[0, 0].item()
    0.5
    """
    zoom = torch.tensor([[size / crop.width], [size / crop.height]])
    return Crop(crop.matrix * zoom, size, size)


def track_video(path: Path, fps: float, tracker: FaceTracker) -> Track | None:
    """The face in a video; None where none is seen.

    Raises:
        MediaError: it cannot be read.
    """
    try:
        return tracker.track(pictures_of(path, fps), fps)
    except FaceError:
        return None


def crop_video(path: Path, fps: float, crop: Crop) -> NDArray[np.uint8]:
    """What a crop shows of a video, [T, H, W, 3] uint8.

    Raises:
        MediaError: it cannot be read.
    """
    return np.stack([crop_picture(picture, crop) for picture in pictures_of(path, fps)])


def in_crop(track: Track, crop: Crop) -> Track:
    """A track of a full frame as one of the pictures that ``crop`` shows."""
    turn, shift = crop.matrix[:, :2], crop.matrix[:, 2]
    zoom = torch.linalg.det(turn).abs().sqrt()
    flat = track.landmarks[..., :2] @ turn.mT + shift
    landmarks = torch.cat((flat, track.landmarks[..., 2:] * zoom), -1)
    return attrs.evolve(track, landmarks=landmarks, crop=Crop.full(crop.height, crop.width))


def heard(path: Path) -> Audio | None:
    """The sound of a video as metrics hear it; None if it has none."""
    from visemix.core.errors import MediaError

    try:
        return read_audio(path, LISTENED_RATE, allow_silence=True)
    except MediaError:
        return None


def stretch(take: Take, start: int, stop: int) -> Take:
    """Frames ``start`` to ``stop`` (exclusive) of a take, and the sound that belongs to them."""
    if start == 0 and len(take.frames) <= stop:
        return take
    assert isinstance(take.frames, CroppedFrames)
    audio = take.audio
    if audio is not None:
        first, last = (round(frame / take.fps * audio.rate) for frame in (start, stop))
        audio = Audio(audio.samples[first:last], audio.rate)
    return attrs.evolve(
        take,
        frames=CroppedFrames(take.frames.pictures[start:stop]),
        track=None if take.track is None else cut(take.track, start, stop),
        audio=audio,
    )


def save_track(track: Track, path: Path) -> None:
    """Keep a track as safetensors; the file appears only when it is complete."""
    tensors, values = take_apart(track, "track")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    save_file(tensors, part, metadata={"values": json.dumps(values)})
    part.replace(path)


def load_track(path: Path) -> Track:
    """The track in a file that :func:`save_track` wrote."""
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        values = json.loads(file.metadata()["values"])
    return put_together(Track, load_file(path), values, "track")
