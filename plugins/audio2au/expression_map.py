"""ExpressionMap: action units and those around them to an expression, by ridge regression."""

from collections.abc import Sequence

import attrs
import torch
from torch import Tensor
from torch.nn import functional

from visemix.core.shapes import Value

FOLDS = 4
"""Parts of what a map is learned from; each is predicted by a map that did not see it."""

WIDEST = 3.0
"""A map that predicts nothing is not made to shake."""


@attrs.frozen(eq=False)
class ExpressionMap(Value):
    """A linear map.

    Attributes:
        weight: [K, E] what each action unit at each place does to the expression.
        centre: [K] the action units of the mean expression.
        gain: scalar, how many times further expressions spread than what is predicted of sound
            that was not learned from; at least 1.
    """

    weight: Tensor
    centre: Tensor
    gain: Tensor

    @staticmethod
    def nothing(inputs: int, outputs: int) -> "ExpressionMap":
        """It says the mean, whatever comes in."""
        weight = torch.zeros(inputs, outputs)
        return ExpressionMap(weight, torch.zeros(inputs), torch.ones(()))

    def __call__(self, rows: Tensor, liveliness: float) -> Tensor:
        """Rows [T, K] to what is added to the mean expression [T, E].

        Args:
            rows: of :func:`around`.
            liveliness: share of the lost spread that is given back, 0 to 1.
        """
        return (rows - self.centre) @ self.weight * self.gain**liveliness


@attrs.frozen(eq=False)
class Seen(Value):
    """One clip.

    Attributes:
        rows: [T, K] action units and those around them.
        moved: [T, E] expression, its mean taken away.
    """

    rows: Tensor
    moved: Tensor


def around(units: Tensor, reach: int) -> Tensor:
    """Every frame with those around it: [T + 2 reach, 5] to [T, 5 (2 reach + 1)].

    >>> around(torch.ones(7, 5), 2).shape
    torch.Size([3, 25])
    """
    return units.unfold(0, 2 * reach + 1, 1).flatten(1)


def padded(units: Tensor, reach: int) -> Tensor:
    """[T, 5] to [T + 2 reach, 5]: the first and last frame repeated, as the runner does."""
    if not reach:
        return units
    return functional.pad(units.T[None], (reach, reach), mode="replicate")[0].T


def learn(clips: Sequence[Seen], penalty: float, start: ExpressionMap) -> ExpressionMap:
    """Least squares with ``penalty`` (in frames) on the distance from ``start``."""
    centre = torch.cat([clip.rows for clip in clips]).mean(0)
    begun = attrs.evolve(start, centre=centre)
    pieces = [piece for clip in clips for piece in _quarters(clip)]
    folds = [[p for i, p in enumerate(pieces) if i % FOLDS != k] for k in range(FOLDS)]
    unseen = [_solved(fold, penalty, begun) for fold in folds]
    said = [unseen[i % FOLDS](piece.rows, 0.0) for i, piece in enumerate(pieces)]
    gain = _lost_spread(torch.cat(said), torch.cat([piece.moved for piece in pieces]))
    return attrs.evolve(_solved(pieces, penalty, begun), gain=gain)


def _quarters(clip: Seen) -> list[Seen]:
    rows, moved = clip.rows.tensor_split(FOLDS), clip.moved.tensor_split(FOLDS)
    return [Seen(*pair) for pair in zip(rows, moved, strict=True)]


def _solved(clips: Sequence[Seen], penalty: float, start: ExpressionMap) -> ExpressionMap:
    rows = torch.cat([clip.rows for clip in clips]) - start.centre
    lacking = torch.cat([clip.moved for clip in clips]) - rows @ start.weight
    gram = (rows.T @ rows).double() + penalty * torch.eye(rows.shape[1], dtype=torch.float64)
    more = torch.linalg.solve(gram, (rows.T @ lacking).double()).float()
    return attrs.evolve(start, weight=start.weight + more)


def _lost_spread(said: Tensor, true: Tensor) -> Tensor:
    """Along the direction in which the true expression spreads most, the opening of the mouth."""
    main = torch.linalg.svd(true, full_matrices=False).Vh[0]
    ratio = (true @ main).std(correction=0) / (said @ main).std(correction=0).clamp_min(1e-6)
    gain: Tensor = ratio.clamp(1.0, WIDEST)
    return gain
