"""Windows of prepared clips, drawn in an order that the step alone decides."""

from collections.abc import Sequence

import attrs
import torch
from torch import Tensor

from visemix.core.errors import TrainingError
from visemix.core.training.dealing import batch_of, whole_batches
from visemix.core.training.stage import Shard

ALIKE = 0.05
"""Difference, relative to the features' spread, up to which two rows are the same one."""


@attrs.frozen(eq=False)
class Batch:
    """Windows.

    Attributes:
        features: windows [B, T, R, D], or the rows [B, T + R - 1, D] that they share.
        true: [B, T, S].
    """

    features: Tensor
    true: Tensor

    @property
    def state(self) -> Tensor:
        """[B, S] what every window starts from: the truth, as in the released code."""
        return self.true[:, 0]

    def to(self, device: torch.device | str) -> "Batch":
        """On another device."""
        return Batch(self.features.to(device), self.true.to(device))


@attrs.frozen(eq=False)
class Spoken:
    """One clip.

    Attributes:
        features: windows [T, R, D].
        numbers: [T, S].
        cut: [T] bool, frames that start a new shot.
    """

    features: Tensor
    numbers: Tensor
    cut: Tensor

    def rows(self) -> Tensor | None:
        """[T + R - 1, D] rows whose windows are ``features``; None where windows share none.

        Encoders that listen block by block say a little else of a row at the end of one block than
        at the beginning of the next; each frame's own row stands for all of them then.
        """
        count = self.features.shape[1]
        before, after = self.features[0, : count // 2], self.features[-1, count // 2 + 1 :]
        whole = torch.cat((before, self.features[:, count // 2], after))
        error = whole.unfold(0, count, 1).transpose(1, 2) - self.features
        spread = self.features.std(correction=0)
        return whole if error.square().mean().sqrt() <= ALIKE * spread else None


@attrs.frozen(eq=False)
class Excerpts:
    """Every window of every clip that no cut divides, shuffled anew in each epoch.

    Attributes:
        clips: what from.
        rows: of each clip (Spoken.rows); empty where a clip's windows share none.
        places: [N, 2] clip and first frame.
        frames: of a window.
        batch: windows per step over all processes.
        seed: of the order.
    """

    clips: Sequence[Spoken]
    rows: Sequence[Tensor]
    places: Tensor
    frames: int
    batch: int
    seed: int

    @staticmethod
    def of(clips: Sequence[Spoken], frames: int, every: int, batch: int, seed: int) -> "Excerpts":
        """Windows of ``frames`` frames at every ``every``-th frame.

        Raises:
            TrainingError: no clip is long enough.
        """
        places = [
            (clip, first)
            for clip, one in enumerate(clips)
            for first in range(0, len(one.numbers) - frames + 1, every)
            if not bool(one.cut[first + 1 : first + frames].any())
        ]
        if not places:
            what = f"no clip has {frames} frames without a cut"
            do = "prepare longer videos, or use a smaller attribute_model.window"
            raise TrainingError(what, where="the dataset", do=do)
        rows = [one.rows() for one in clips]
        shared = [one for one in rows if one is not None]
        shared = shared if len(shared) == len(clips) else []
        return Excerpts(clips, shared, torch.tensor(places), frames, batch, seed)

    @property
    def per_epoch(self) -> int:
        """Whole batches in one round through all windows, at least one."""
        return whole_batches(len(self.places), self.batch)

    def draw(self, step: int, shard: Shard) -> Batch:
        """The windows of this process in ``step``."""
        size = (len(self.places), self.batch)
        chosen = self.places[batch_of(size, self.seed, step, shard)].tolist()
        features = [self._features(c, f) for c, f in chosen]
        numbers = [self.clips[c].numbers[f : f + self.frames] for c, f in chosen]
        return Batch(torch.stack(features), torch.stack(numbers))

    def _features(self, clip: int, first: int) -> Tensor:
        if not self.rows:
            return self.clips[clip].features[first : first + self.frames]
        more = self.clips[clip].features.shape[1] - 1
        return self.rows[clip][first : first + self.frames + more]
