"""The rows that every comparison has, made as videos like any other."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice, repeat
from pathlib import Path
from tempfile import TemporaryFile

import torch
from torch import Tensor

from visemix.core.errors import ComparisonError
from visemix.core.judging.comparison import CONTROLS
from visemix.core.measures import LIPS, remove_rigid_motion
from visemix.core.media.audio_in import read_audio
from visemix.core.subjects.frame_pack import FramePack
from visemix.core.subjects.pack_writer import PackWriter
from visemix.core.values.subject import Picture
from visemix.registry.comparing.clip_media import REAL, VIDEO, ClipFolder
from visemix.registry.comparing.transcoding import SOUND_RATE, pictures_of, write_video

GROUND_TRUTH = CONTROLS[0]

MESH = 468
"""Landmarks from which on the lips are known."""


def make_control(name: str, clip: ClipFolder, path: Path) -> None:
    """Write the video of one control, encoded as made videos are.

    Raises:
        ComparisonError: there is no such control.
        MediaError: the clip cannot be read.
    """
    if name not in MAKERS:
        raise ComparisonError(f"there is no control {name!r}", do=f"use {', '.join(MAKERS)}")
    frames, fps = int(clip.about["frames"]), clip.about["fps"]
    sound = read_audio(clip.sound, SOUND_RATE, allow_silence=True)
    write_video(path, islice(MAKERS[name](clip, fps), frames), sound, fps)


def _real(clip: ClipFolder, fps: float) -> Iterator[Picture]:
    return pictures_of(clip.video(REAL), fps)


def _still(clip: ClipFolder, fps: float) -> Iterator[Picture]:
    return repeat(next(_reference(clip, fps)))


def _shuffled(clip: ClipFolder, fps: float) -> Iterator[Picture]:
    """The reference's stretch under this sound, again from its start if it is short."""
    return chain.from_iterable(_reference(clip, fps) for _ in repeat(None))


def _nearest(clip: ClipFolder, fps: float) -> Iterator[Picture]:
    """For every frame the reference frame whose mouth is nearest to the true one."""
    with TemporaryFile(prefix="visemix-") as file:
        with PackWriter(file) as writer:
            for picture in _reference(clip, fps):
                writer.add(picture)
        frames = FramePack(file, clip.path)
        given = clip.given()
        for index in nearest_mouths(clip.track(REAL).landmarks, given.landmarks):
            yield frames[min(int(index), len(frames) - 1)]


def nearest_mouths(wanted: Tensor, offered: Tensor) -> Tensor:
    """[T] int64, for landmarks [T, L, 3] the frames of [S, L, 3] with the most similar lips."""
    aligned = [remove_rigid_motion(points, offered[0]) for points in (wanted, offered)]
    lips = list(LIPS) if wanted.shape[1] >= MESH else list(range(wanted.shape[1]))
    flat = [points[:, lips, :2].flatten(1) for points in aligned]
    return torch.cdist(flat[0], flat[1]).argmin(1)


def _reference(clip: ClipFolder, fps: float) -> Iterator[Picture]:
    """Its stretch of video; its first frame only where systems get no more."""
    return pictures_of(clip.path / VIDEO, fps)


MAKERS: Mapping[str, Callable[[ClipFolder, float], Iterator[Picture]]] = dict(
    zip(CONTROLS, (_real, _real, _still, _nearest, _shuffled), strict=True)
)
"""Name of a control -> its pictures, at least as many as the truth has."""
