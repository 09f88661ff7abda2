"""Whether made motion is that of the person: a classifier of real people's motion judges it.

FACIAL reports such numbers without saying how; this follows the proposal of docs/metrics.md.
"""

import hashlib
from abc import abstractmethod
from collections.abc import Mapping, Sequence

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
            reference = self._seen(face_of(case.reference, "reference"), "reference")
        except Unseen as e:
            return Observation({}, str(e))
        values = {"reference": reference, "person": _number(case.real.person)}
        values["window"] = torch.tensor(self._frames(case.reference.fps))
        try:
            made = self._seen(face_of(case.made, "made"), "made video")
        except Unseen as e:
            return Observation(values, str(e))  # the person is still one of the N
        return Observation({**values, "made": made})

    def conclude(self, observations: Sequence[Observation]) -> float:
        """Mean over the videos; NaN for fewer than two people."""
        known = [o.values for o in observations if "person" in o.values]
        people = _people(known)
        if len(people) < 2:
            return NAN
        key = _digest(b"".join(name + b"".join(sorted(own)) for name, own in people.items()))
        if key not in self._learned:
            windows = [torch.cat(list(own.values())) for own in people.values()]
            labels = torch.cat([torch.full((len(w),), n) for n, w in enumerate(windows)])
            self._learned[key] = WindowClassifier.learn(torch.cat(windows), labels)
        names = list(people)
        shares = [
            self._share(key, values, names.index(_bytes(values["person"])))
            for values in known
            if "made" in values
        ]
        return sum(shares) / len(shares) if shares else NAN

    def _seen(self, track: Track, what: str) -> Tensor:
        """What is looked at, [T, D].

        Raises:
            Unseen: it is shorter than a window.
        """
        frames = self._frames(track.fps)
        if len(track.found) < frames:
            raise Unseen(f"the {what} has fewer than {frames} frames")
        return self.motion(track)

    def _share(self, key: bytes, values: Mapping[str, Tensor], person: int) -> float:
        """Remembered: the same videos are drawn again and again for an interval."""
        about = key + _digest(_bytes(values["made"])) + person.to_bytes(4)
        if about not in self._shares:
            windows = windows_of(values["made"], int(values["window"]))
            answers = self._learned[key].classify(windows)
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


def _people(known: Sequence[Mapping[str, Tensor]]) -> dict[bytes, dict[bytes, Tensor]]:
    """Person -> digest of a reference -> its windows; people in an order of their own."""
    people: dict[bytes, dict[bytes, Tensor]] = {}
    for values in sorted(known, key=lambda values: _bytes(values["person"])):
        reference = values["reference"]
        own = people.setdefault(_bytes(values["person"]), {})
        own[_digest(_bytes(reference))] = windows_of(reference, int(values["window"]))
    return people


def windows_of(motion: Tensor, frames: int) -> Tensor:
    """[W, frames, D] windows less their own means: where the camera stands says nothing."""
    windows = motion.unfold(0, frames, max(frames // STRIDES, 1)).transpose(1, 2)
    return (windows - windows.mean(1, keepdim=True)).contiguous()


def _averaged(motion: Tensor, frames: int) -> Tensor:
    """Moving average over an odd number of frames, [T, D]; the ends are repeated."""
    half = frames // 2
    padded = pad(motion.T[None], (half, half), mode="replicate")
    return avg_pool1d(padded, 2 * half + 1, 1)[0].T


def _number(person: str) -> Tensor:
    """[8] uint8 that stands for a name."""
    return torch.tensor(list(_digest(person.encode())), dtype=torch.uint8)


def _bytes(values: Tensor) -> bytes:
    return values.numpy().tobytes()


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()[:8]
