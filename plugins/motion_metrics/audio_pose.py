"""Whether alike sounds go with alike head poses (appendix of Yi et al.)."""

import numpy as np
import torch
from torch import Tensor

from visemix.core.interfaces import Metric
from visemix.core.judging.case import Case, Observation
from visemix.core.judging.head_pose import head_pose
from visemix.core.measures import correlation
from visemix.core.values.audio import Audio
from visemix.core.values.track import Track
from visemix.plugins.motion_metrics.together import Unseen, face_of

FEWEST = 3
"""Neighbours that a correlation needs."""

SHORTEST_S = 5.0
"""In shorter clips the head hardly moves either, and the number is that of the tracker's noise."""

HOP_S, FRAME_S = 0.010, 0.025
COEFFICIENTS = 13
"""Cepstral coefficients; the first, the loudness, is dropped."""

BANDS = 26
LIFTER = 22
PRE_EMPHASIS = 0.97
"""As python_speech_features has them, which Yi et al. use."""

ROWS = {"window": 28, "vector": 1}
"""Rows of coefficients that make the sound of a frame: all that their network hears, or one."""

NAN = float("nan")


class AudioPose(Metric):
    """Correlation of sound distance and pose distance among neighbours in sound.

    Args:
        sound: "window" (28 rows of 12 coefficients) or "vector" (one row).
        radius: of the neighbourhood, as a share of the length of the frame's sound vector.
    """

    def __init__(self, *, sound: str = "window", radius: float = 1.0) -> None:
        self._rows, self._radius = ROWS[sound], radius

    def observe(self, case: Case) -> Observation:
        """Mean over the frames that have enough neighbours.

        Raises:
            InvalidValue: the tracker gives other landmarks than MediaPipe's 478.
        """
        if case.made.audio is None:
            return Observation.of(NAN, "the video has no sound")
        try:
            track = face_of(case.made, "made")
        except Unseen as e:
            return Observation.of(NAN, str(e))
        if len(track.found) < SHORTEST_S * track.fps:
            return Observation.of(NAN, f"in less than {SHORTEST_S:g} s hardly a sound comes twice")
        sound = cepstra(case.made.audio, track, self._rows)[track.found]
        angles = head_pose(track.landmarks[track.found]).rotation
        found = [_among_neighbours(sound, angles, k, self._radius) for k in range(len(sound))]
        known = [value for value in found if value is not None]
        if not known:
            return Observation.of(NAN, "no frame has enough neighbours in sound")
        return Observation.of(sum(known) / len(known))


def cepstra(audio: Audio, track: Track, rows: int) -> Tensor:
    """[T, rows x 12] cepstral coefficients of the sound around the middle of every frame."""
    from librosa.feature import melspectrogram, mfcc  # slow to import, needed by this metric only

    hop, size = round(audio.rate * HOP_S), round(audio.rate * FRAME_S)
    sound = audio.samples.numpy()
    power = melspectrogram(
        y=np.append(sound[:1], sound[1:] - PRE_EMPHASIS * sound[:-1]),
        sr=audio.rate,
        n_fft=2 ** (size - 1).bit_length(),
        win_length=size,
        hop_length=hop,
        n_mels=BANDS,
        htk=True,
        norm=None,
    )
    loudness = np.log(np.maximum(power, 1e-10))
    found = mfcc(S=loudness, n_mfcc=COEFFICIENTS, lifter=LIFTER)[1:].T
    columns = torch.from_numpy(np.ascontiguousarray(found)).float()
    frames = torch.arange(len(track.found))
    middle = ((frames + 0.5) / track.fps * audio.rate / hop).round().long()
    around = middle[:, None] + torch.arange(rows) - rows // 2
    return columns[around.clamp(0, len(columns) - 1)].flatten(1)


def _among_neighbours(sound: Tensor, angles: Tensor, frame: int, radius: float) -> float | None:
    """Correlation of both distances from one frame; None without enough neighbours."""
    away = torch.linalg.vector_norm(sound - sound[frame], dim=1)
    near = away <= radius * torch.linalg.vector_norm(sound[frame])
    near[frame] = False
    if int(near.sum()) < FEWEST:
        return None
    turned = torch.linalg.vector_norm(angles - angles[frame], dim=1)
    return correlation(away[near], turned[near])
