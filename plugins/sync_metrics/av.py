"""SyncNet's offset and confidence, with a user's weights."""

from abc import abstractmethod
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from pathlib import Path
from weakref import WeakKeyDictionary

import torch
from torch import Tensor
from torch.nn import functional

from visemix.core.errors import CheckpointError
from visemix.core.interfaces import Metric
from visemix.core.judging.case import Case, Observation, Take
from visemix.plugins.sync_metrics.cepstra import cepstra
from visemix.plugins.sync_metrics.face_clips import face_pictures, frames_at_25
from visemix.plugins.sync_metrics.sound import listened, unheard
from visemix.plugins.sync_metrics.syncnet import FRAMES, ROWS, SyncNet, load_syncnet

MOST = 15
"""Largest shift that is tried, frames at 25 fps."""

ROWS_PER_FRAME = 4
"""Rows of cepstra, 10 ms each."""

BATCH = 16

Known = tuple[tuple[object, ...], Tensor]
_KNOWN: "WeakKeyDictionary[Take, Known]" = WeakKeyDictionary()
"""Which weights, and distances of takes that are in use: two metrics ask for the same."""


class SyncNetMetric(Metric):
    """Mean distance of lips and sound, shift by shift.

    Args:
        weights: safetensors file of SyncNet (see PAPER.md).

    Raises:
        CheckpointError: no weights are named, or there is no such file.
    """

    def __init__(self, *, weights: str = "") -> None:
        if not weights or not Path(weights).is_file():
            what = "it needs SyncNet's weights" if not weights else "there is no such file"
            do = "name them as safetensors with the setting weights (PAPER.md)"
            raise CheckpointError(what, where=weights or "syncnet", do=do)
        self._path = Path(weights)

    def observe(self, case: Case) -> Observation:
        """See Metric: "value", and "distance" [31] for shifts of 15 to -15 frames.

        Raises:
            CheckpointError: the weights are damaged, or of another network.
        """
        take = case.made
        clips = _clips(take)
        reason = "no face" if take.track is None else unheard(take)
        if not reason and clips < 1:
            reason = f"shorter than {FRAMES + 1} frames"
        if reason:
            return Observation.of(float("nan"), reason)
        distances = self._distances(take, clips)
        value = torch.tensor(self._figure(distances))
        return Observation({"value": value, "distance": distances})

    @abstractmethod
    def _figure(self, distances: Tensor) -> float:
        """The number, of distances [31]."""

    @cached_property
    def _network(self) -> SyncNet:
        return load_syncnet(self._path)

    def _distances(self, take: Take, clips: int) -> Tensor:
        stat = self._path.stat()
        weights = (self._path, stat.st_mtime_ns, stat.st_size)
        known = _KNOWN.get(take)
        if known is None or known[0] != weights:
            known = weights, shifted_distances(*embedded(self._network, take, clips))
            _KNOWN[take] = known
        return known[1]


class AvOffset(SyncNetMetric):
    """Frames by which the sound is early (positive) or late (negative)."""

    def _figure(self, distances: Tensor) -> float:
        return float(MOST - int(distances.argmin()))


class AvConfidence(SyncNetMetric):
    """Median over all shifts less the smallest distance."""

    def _figure(self, distances: Tensor) -> float:
        return float(distances.median() - distances.min())


def embedded(network: SyncNet, take: Take, clips: int) -> tuple[Tensor, Tensor]:
    """Points [N, 1024] of the lips and of the sound of every clip of five frames."""
    assert take.audio is not None  # observe() has looked
    rows = cepstra(listened(take.audio)).T
    starts = range(0, clips * ROWS_PER_FRAME, ROWS_PER_FRAME)
    sound = torch.stack([rows[None, :, k : k + ROWS] for k in starts])
    lips = [network.lips(batch) for batch in _lip_clips(take, clips)]
    heard = [network.sound(sound[k : k + BATCH]) for k in range(0, clips, BATCH)]
    return torch.cat(lips), torch.cat(heard)


def shifted_distances(lips: Tensor, sound: Tensor) -> Tensor:
    """[31] mean distance where clip k meets the sound of clip k - 15, ..., k + 15.

    Beyond the ends the sound's point is 0, as in the published program.
    """
    padded = functional.pad(sound, (0, 0, MOST, MOST))
    count = len(lips)
    shifts = range(2 * MOST + 1)
    means = [functional.pairwise_distance(lips, padded[k : k + count]).mean() for k in shifts]
    return torch.stack(means)


def _clips(take: Take) -> int:
    """How many clips of five frames a take has; the published program leaves the last one out."""
    if take.audio is None:
        return 0
    by_sound = int(take.audio.duration_s * 25)
    return min(len(frames_at_25(take)), by_sound) - FRAMES


def _lip_clips(take: Take, clips: int) -> Iterator[Tensor]:
    """[B, 3, 5, 224, 224]; each picture is cut once."""
    pictures = face_pictures(take, frames_at_25(take)[: clips + FRAMES - 1])
    window = list(islice(pictures, FRAMES - 1))
    while new := list(islice(pictures, BATCH)):
        window += new
        yield torch.stack([torch.stack(window[k : k + FRAMES], 1) for k in range(len(new))])
        window = window[-(FRAMES - 1) :]
