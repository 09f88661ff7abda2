"""Metrics of identity, by a user's face-recognition network: CSIM and ACD."""

from abc import abstractmethod
from collections.abc import Iterator
from weakref import WeakKeyDictionary

import torch
from torch import Tensor
from torch.nn import functional

from visemix.core.interfaces import Metric
from visemix.core.judging.case import Case, Observation, Take
from visemix.core.timeline import pick
from visemix.plugins.onnx_identity.encoder import LAYOUT, OnnxIdentity

_KNOWN: "WeakKeyDictionary[Take, dict[str, tuple[Tensor, Tensor]]]" = WeakKeyDictionary()
"""Vectors of takes that are in use, by network and frames: three metrics ask for the same."""


class IdentityMetric(Metric):
    """Unit vectors of frames, compared.

    Args:
        model: an .onnx file with one input [1, 3, side, side] and one output [1, D].
        normalisation: "arcface" or "imagenet".
        channels: "rgb" or "bgr".
        side: of the aligned picture, px.
        engine: "opencv" or "onnxruntime".
        every: only each so-many-th frame is looked at.

    Raises:
        CheckpointError: no model is named, or it cannot be read.
    """

    def __init__(
        self,
        *,
        model: str = "",
        normalisation: str = "arcface",
        channels: str = "rgb",
        side: int = 112,
        engine: str = "opencv",
        every: int = 1,
    ) -> None:
        self._encoder = OnnxIdentity(
            model=model, normalisation=normalisation, channels=channels, side=side, engine=engine
        )
        self._every = every

    def observe(self, case: Case) -> Observation:
        """See Metric.

        Raises:
            CheckpointError: the network does not take the pictures, or makes no vectors.
        """
        if any(faceless(take) for take in (case.made, *self._others(case))):
            return Observation.of(float("nan"), "no face")
        return self._compared(case)

    @abstractmethod
    def _others(self, case: Case) -> tuple[Take, ...]:
        """What the made video is compared with."""

    @abstractmethod
    def _compared(self, case: Case) -> Observation:
        """All takes show a face."""

    def vectors(self, take: Take) -> tuple[Tensor, Tensor]:
        """Frames [N] int64 in which the face was seen, and unit vectors [N, D] of them."""
        key = f"{self._encoder.key} {self._every}"
        known = _KNOWN.setdefault(take, {})
        if key not in known:
            frames = torch.tensor(list(self._frames(take)), dtype=torch.int64)
            known[key] = frames, self.embedded(take, frames)
        return known[key]

    def embedded(self, take: Take, frames: Tensor) -> Tensor:
        """Unit vectors [N, D] of those frames."""
        assert take.track is not None  # observe() has looked
        pictures = [take.frames[int(k)] for k in frames]
        return self._encoder.embed(pictures, pick(take.track, frames))

    def _frames(self, take: Take) -> Iterator[int]:
        assert take.track is not None  # as above
        seen = take.track.found
        count = min(len(seen), len(take.frames))
        return (k for k in range(0, count, self._every) if bool(seen[k]))


class Csim(IdentityMetric):
    """Cosine between each made frame and the true frame of the same time."""

    def _others(self, case: Case) -> tuple[Take, ...]:
        return (case.real,)

    def _compared(self, case: Case) -> Observation:
        frames, made = self.vectors(case.made)
        true_frames, real = self.vectors(case.real)
        both = [(int(k), i) for i, k in enumerate(frames) if bool((true_frames == k).any())]
        if not both:
            return Observation.of(float("nan"), "no frame in which both show a face")
        there = torch.tensor([int((true_frames == k).nonzero()[0, 0]) for k, _ in both])
        cosines = (made[[i for _, i in both]] * real[there]).sum(1)
        return Observation({"value": cosines})


class CsimSource(IdentityMetric):
    """Cosine between each made frame and the person as the reference's frames show them."""

    def _others(self, case: Case) -> tuple[Take, ...]:
        return (case.reference,)

    def _compared(self, case: Case) -> Observation:
        mean = functional.normalize(self.vectors(case.reference)[1].mean(0), dim=0)
        return Observation({"value": self.vectors(case.made)[1] @ mean})


class Acd(IdentityMetric):
    """Euclidean distance between each made frame and the first frame of the reference."""

    def _others(self, case: Case) -> tuple[Take, ...]:
        return case.reference, case.real

    def _compared(self, case: Case) -> Observation:
        still = self._first(case.reference)
        made, real = (
            (self.vectors(take)[1] - still).norm(dim=1) for take in (case.made, case.real)
        )
        own = float(real.mean())
        ratio = f", ratio {float(made.mean()) / own:.3f}" if own > 0 else ""
        return Observation({"value": made, "truth": real}, f"the truth's own is {own:.4f}{ratio}")

    def _first(self, take: Take) -> Tensor:
        frames, vectors = self.vectors(take)
        assert take.track is not None  # as above
        first = take.track.found.nonzero()[0]
        return vectors[0] if int(first) == int(frames[0]) else self.embedded(take, first)[0]


def faceless(take: Take) -> bool:
    """Whether nothing can be recognised in it."""
    if take.track is None or not len(take.frames):
        return True
    return not bool(take.track.found.any()) or take.track.layout != LAYOUT
