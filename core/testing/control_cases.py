"""The sample person as every control row of a comparison, to try metrics on.

A metric's manifest says in which order its controls must come out; here they are small and known.
"""

from collections.abc import Callable, Sequence

import attrs
import cv2
import numpy as np
import torch

from visemix.core.judging.case import Case, Take
from visemix.core.testing.samples import sample_subject
from visemix.core.timeline import pick
from visemix.core.values.subject import Picture, ReferenceFrames, Subject

QUALITY = 60
"""Of the JPEGs that stand for an encoded video."""

TREMBLE_PX = 0.05
"""How far landmarks of an encoded video are from the true ones."""

Change = Callable[[Picture], Picture]


class Rearranged:
    """ReferenceFrames in another order, each changed.

    Args:
        frames: where they come from.
        order: which of them, in order.
        change: what is done to each.
    """

    def __init__(
        self, frames: ReferenceFrames, order: Sequence[int], change: Change | None = None
    ) -> None:
        self.height, self.width = frames.height, frames.width
        self._frames, self._order, self._change = frames, tuple(order), change

    def __len__(self) -> int:
        """Number of frames."""
        return len(self._order)

    def __getitem__(self, index: int) -> Picture:
        """[H, W, 3] uint8."""
        picture = self._frames[self._order[index]]
        return picture if self._change is None else self._change(picture)


def take_of(subject: Subject) -> Take:
    """A subject's own video, as a metric sees it."""
    return Take(
        name="sample",
        person=subject.name,
        frames=subject.frames,
        crop=subject.track.crop,
        fps=subject.fps,
        track=subject.track,
        audio=subject.audio,
    )


def rearranged(take: Take, order: Sequence[int], change: Change | None = None) -> Take:
    """A take with other frames under the same sound."""
    frames = Rearranged(take.frames, order, change)
    track = None if take.track is None else pick(take.track, torch.tensor(list(order)))
    return attrs.evolve(take, frames=frames, track=track)


def sample_controls() -> dict[str, Case]:
    """Names of CONTROLS -> case: ground-truth, re-encoded, still and shuffled.

    All but the truth are encoded, as in a comparison. The reference is the person's own video:
    the nearest frame is always the true one, so that control has no case here.
    """
    real = take_of(sample_subject())
    count = len(real.frames)
    # The sample speaks evenly: moved in time it would fit its sound again, so it moves faster.
    other = (*range(0, count, 2), *range(1, count, 2))
    made = {
        "ground-truth": real,
        "re-encoded": _trembling(rearranged(real, range(count), encoded)),
        "still": rearranged(real, (0,) * count, encoded),
        "shuffled": rearranged(real, other, encoded),
    }
    return {name: Case(take, real, real, said="bin blue") for name, take in made.items()}


def encoded(picture: Picture) -> Picture:
    """The picture as a JPEG shows it."""
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    stored = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1]
    shown = cv2.imdecode(stored, cv2.IMREAD_COLOR)
    assert shown is not None  # OpenCV has just written it
    return np.asarray(cv2.cvtColor(shown, cv2.COLOR_BGR2RGB), np.uint8)


def _trembling(take: Take) -> Take:
    track = take.track
    assert track is not None
    noise = torch.randn(track.landmarks.shape, generator=torch.Generator().manual_seed(6))
    return attrs.evolve(
        take, track=attrs.evolve(track, landmarks=track.landmarks + TREMBLE_PX * noise)
    )
