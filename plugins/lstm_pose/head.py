"""The linear head: a ridge regression that starts at general weights."""

from collections.abc import Sequence

import attrs
import torch
from torch import Tensor

from visemix.core.shapes import Value
from visemix.plugins.lstm_pose.bases import POSE
from visemix.plugins.lstm_pose.clips import Spoken
from visemix.plugins.lstm_pose.hearing import Hearing
from visemix.plugins.lstm_pose.motion import settled

FREE = 1e-6
"""Penalty on the constant."""

LARGEST_GAIN = 8.0
"""A head that the sound says nothing about is not made to shake."""


@attrs.frozen(eq=False)
class Head(Value):
    """A linear head.

    Attributes:
        weight: [R x P + 1, N], the last row is the constant.
        gain: [6] factors that give the smoothed pose of sound not learned from unit spread.
        loss_of_spread: how many times further the true expression spreads than the one predicted
            of sound not learned from; at least 1.
    """

    weight: Tensor
    gain: Tensor
    loss_of_spread: float


def head_rows(hearing: Hearing, windows: Tensor, centre: Tensor) -> Tensor:
    """Feature windows [T, R, D] to the rows of the regression [T, R x P + 1]."""
    rows = hearing.for_head(windows, centre).flatten(1)
    return torch.cat((rows, torch.ones(len(rows), 1)), 1)


def learn_head(
    hearing: Hearing, clips: Sequence[tuple[Spoken, Tensor]], penalty: float, start: Tensor | None
) -> Head:
    """Least squares with ``penalty`` on the distance from ``start``.

    Each clip is predicted once by a head that did not learn from its quarter of the clips; what
    those predictions lack in spread is the gain.

    Args:
        hearing: scale of the features.
        clips: with the speaker's mean features [D].
        penalty: ridge, in frames.
        start: [R x P + 1, N]; None for zeros.
    """
    if len(clips) == 1:  # nothing would be left for the head that did not learn from it
        clips = [(piece, centre) for clip, centre in clips for piece in quarters(clip)]
    folds = [_Sums(), _Sums(), _Sums(), _Sums()]
    for i, (clip, centre) in enumerate(clips):
        folds[i % 4].add(head_rows(hearing, clip.windows, centre), clip.targets, start)
    every = _joined(folds)
    others = [_joined([f for f in folds if f is not fold]) for fold in folds]
    unseen = [other.solve(penalty, start) for other in others]
    predicted = [
        (head_rows(hearing, c.windows, m) @ unseen[i % 4], c.targets)
        for i, (c, m) in enumerate(clips)
    ]
    return Head(every.solve(penalty, start), pose_gain(predicted), _loss_of_spread(predicted))


def quarters(clip: Spoken) -> list[Spoken]:
    """A clip cut into four."""
    size = -(-len(clip.targets) // 4)
    starts = range(0, len(clip.targets), size)
    return [Spoken(clip.windows[a : a + size], clip.targets[a : a + size]) for a in starts]


def pose_gain(pairs: Sequence[tuple[Tensor, Tensor]], largest: float = LARGEST_GAIN) -> Tensor:
    """[6] factors that give smoothed poses the spread of the true ones.

    Args:
        pairs: predicted and true numbers of clips [T, N], the pose last.
        largest: limit.
    """
    made = torch.cat([settled(made[:, -POSE:]) for made, _ in pairs])
    true = torch.cat([true[:, -POSE:] for _, true in pairs])
    ratio: Tensor = true.std(0, correction=0) / made.std(0, correction=0).clamp_min(1e-6)
    return ratio.clamp(1.0, largest)


def _loss_of_spread(pairs: Sequence[tuple[Tensor, Tensor]]) -> float:
    """Along the direction in which the true expression spreads most, the opening of the mouth."""
    made, true = (torch.cat([pair[k][:, :-POSE] for pair in pairs]) for k in (0, 1))
    main = torch.linalg.svd(true - true.mean(0), full_matrices=False).Vh[0]
    ratio = (true @ main).std(correction=0) / (made @ main).std(correction=0).clamp_min(1e-6)
    return max(float(ratio), 1.0)


class _Sums:
    """Normal equations, clip by clip, in double precision."""

    def __init__(self) -> None:
        self.gram: Tensor | None = None
        self.cross: Tensor | None = None

    def add(self, rows: Tensor, wanted: Tensor, start: Tensor | None) -> None:
        error = wanted if start is None else wanted - rows @ start
        self.take((rows.T @ rows).double(), (rows.T @ error).double())

    def take(self, gram: Tensor, cross: Tensor) -> None:
        self.gram = gram if self.gram is None else self.gram + gram
        self.cross = cross if self.cross is None else self.cross + cross

    def solve(self, penalty: float, start: Tensor | None) -> Tensor:
        assert self.gram is not None and self.cross is not None
        weight = torch.full((len(self.gram),), penalty, dtype=torch.float64)
        weight[-1] = FREE
        found: Tensor = torch.linalg.solve(self.gram + weight.diag(), self.cross).float()
        return found if start is None else start + found


def _joined(parts: Sequence[_Sums]) -> _Sums:
    total = _Sums()
    for part in parts:
        if part.gram is not None and part.cross is not None:
            total.take(part.gram, part.cross)
    return total
