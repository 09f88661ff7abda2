"""Whether made motion is that of the person: a classifier of real people's motion judges it.

FACIAL reports such numbers without saying how; this follows the proposal of docs/metrics.md.
"""

import hashlib
from abc import abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import avg_pool1d, pad

from visemix.core.interfaces import Metric
from visemix.core.judging.case import Case, Observation
from visemix.core.judging.head_pose import head_pose
from visemix.core.measures import eye_aspect_ratio
from visemix.core.values.track import Track
from visemix.plugins.motion_metrics.together import Unseen, face_of
from visemix.plugins.motion_metrics.window_classifier import WindowClassifier

STRIDES = 16
"""A window begins every sixteenth of its length."""

CALM_S = 0.2
"""Head poses are averaged over so long: it is to be motion that is recognised, and not the noise
that a tracker has on pictures of this sharpness."""

OPEN_QUANTILE = 0.8
NAN = float("nan")

People = dict[bytes, list[Tensor]]


class Personalisation(Metric):
    """Share of made windows that a classifier gives to the right one of N people; chance is 1/N.

    It learns from the references, real videos of everyone in the comparison, and judges other
    stretches of time; the ground truth's own figure says how well it can.

    Args:
        window_s: seconds that it sees at a time.
    """

    pooled = True

    def __init__(self, *, window_s: float = 5.12) -> None:
        self._window_s = window_s
        self._learned: dict[bytes, WindowClassifier] = {}
        self._shares: dict[bytes, float] = {}

    @abstractmethod
    def motion(self, track: Track) -> Tensor:
        """What is looked at, [T, D]."""

    def observe(self, case: Case) -> Observation:
        """Motion of reference and made video.

        Raises:
            InvalidValue: the tracker gives other landmarks than MediaPipe's 478.
        """
        try:
            tracks = [face_of(case.reference, "reference"), face_of(case.made, "made")]
        except Unseen as e:
            return Observation({"value": torch.tensor(NAN)}, str(e))
        frames = self._frames(case.made.fps)
        for track, what in zip(tracks, ("reference", "made video"), strict=True):
            if len(track.found) < frames:
                why = f"the {what} has fewer than {frames} frames"
                return Observation({"value": torch.tensor(NAN)}, why)
        reference, made = (windows_of(self.motion(track), frames) for track in tracks)
        person = torch.tensor(list(_digest(case.real.person.encode())), dtype=torch.uint8)
        return Observation({"reference": reference, "made": made, "person": person})

    def conclude(self, observations: Sequence[Observation]) -> float:
        """Mean over the videos; NaN for fewer than two people."""
        known = [o.values for o in observations if "person" in o.values]
        people: dict[bytes, dict[bytes, Tensor]] = {}
        for values in known:
            own = people.setdefault(_bytes(values["person"]), {})
            own[_digest(_bytes(values["reference"]))] = values["reference"]
        if len(people) < 2:
            return NAN
        names = sorted(people)
        key = _digest(b"".join(name + b"".join(sorted(people[name])) for name in names))
        if key not in self._learned:
            windows = [torch.cat(list(people[name].values())) for name in names]
            labels = torch.cat([torch.full((len(w),), n) for n, w in enumerate(windows)])
            self._learned[key] = WindowClassifier.learn(torch.cat(windows), labels)
        shares = [
            self._share(key, values["made"], names.index(_bytes(values["person"])))
            for values in known
        ]
        return sum(shares) / len(shares)

    def _share(self, key: bytes, made: Tensor, person: int) -> float:
        """Remembered: the same videos are drawn again and again for an interval."""
        about = key + _digest(_bytes(made)) + bytes([person % 256])
        if about not in self._shares:
            answers = self._learned[key].classify(made)
            self._shares[about] = float((answers == person).float().mean())
        return self._shares[about]

    def _frames(self, fps: float) -> int:
        return max(round(self._window_s * fps), 16)


class PosePersonalisation(Personalisation):
    """By the six numbers of the head pose."""

    def motion(self, track: Track) -> Tensor:
        """[T, 6] angles in degrees, place and size relative to the face's size."""
        pose = head_pose(track.landmarks)
        scale, x, y = pose.translation.unbind(-1)
        place = torch.stack((x / scale, y / scale, scale.log()), -1)
        return _averaged(torch.cat((pose.rotation, place), 1), round(CALM_S * track.fps))


class BlinkPersonalisation(Personalisation):
    """By the eyes alone."""

    def motion(self, track: Track) -> Tensor:
        """[T, 1] eye aspect ratio, 1 for this video's open eyes."""
        ratio = eye_aspect_ratio(track.landmarks)
        return (ratio / torch.quantile(ratio, OPEN_QUANTILE).clamp_min(1e-3))[:, None]


def windows_of(motion: Tensor, frames: int) -> Tensor:
    """[W, frames, D] windows less their own means: where the camera stands says nothing."""
    windows = motion.unfold(0, frames, max(frames // STRIDES, 1)).transpose(1, 2)
    return (windows - windows.mean(1, keepdim=True)).contiguous()


def _averaged(motion: Tensor, frames: int) -> Tensor:
    """Moving average over an odd number of frames, [T, D]; the ends are repeated."""
    half = frames // 2
    padded = pad(motion.T[None], (half, half), mode="replicate")
    return avg_pool1d(padded, 2 * half + 1, 1)[0].T


def _bytes(values: Tensor) -> bytes:
    return values.numpy().tobytes()


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()[:8]
