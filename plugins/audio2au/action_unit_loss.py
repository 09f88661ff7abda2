"""ActionUnitLoss: eqs. 1 to 4 with the occurrence rates of the data at hand."""

from collections.abc import Mapping

import attrs
import torch
from torch import Tensor

from visemix.core.errors import TrainingError
from visemix.core.training.stage import Loss, LossBook
from visemix.core.training.summary import ACCURACY
from visemix.plugins.audio2au.labels import FROM_OPENFACE, UNITS
from visemix.plugins.audio2au.losses import (
    accuracy,
    cross_entropy_loss,
    dice_loss,
    occurrence_weights,
)


@attrs.frozen(eq=False)
class ActionUnitLoss:
    """How far predicted action units are from the labels.

    Attributes:
        rates: [5] occurrence rates in the training set.
        shares: weights of "au_bce" and "au_dice".

    Raises:
        TrainingError: both weights are 0.
    """

    rates: Tensor
    shares: Mapping[str, float]

    def __attrs_post_init__(self) -> None:
        if not any(self.shares.values()):
            what = "nothing is left to learn action units from: au_bce and au_dice are both 0"
            do = "leave one of them; training.weights.au=0 keeps action units from the generator"
            raise TrainingError(what, where="training.weights", do=do)

    def __call__(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Eq. 4, of logits and labels [..., 5]."""
        terms = self._terms(logits, labels).values()
        return torch.stack([term.value * term.weight for term in terms]).sum()

    def book(self, logits: Tensor, labels: Tensor, openface: Tensor) -> LossBook:
        """Its terms, the accuracy of every action unit, and who made the labels.

        Args:
            logits: [..., 5].
            labels: the same shape.
            openface: [B] 1 where the labels are OpenFace's.
        """
        right = accuracy(logits.detach(), labels)
        told = {
            f"{ACCURACY} {unit}": Loss(share, 0.0) for unit, share in zip(UNITS, right, strict=True)
        }
        return {**self._terms(logits, labels), **told, FROM_OPENFACE: Loss(openface.mean(), 0.0)}

    def _terms(self, logits: Tensor, labels: Tensor) -> dict[str, Loss]:
        weights = occurrence_weights(self.rates).to(logits.device)
        return {
            "au_bce": Loss(cross_entropy_loss(logits, labels, weights), self.shares["au_bce"]),
            "au_dice": Loss(dice_loss(logits, labels, weights), self.shares["au_dice"]),
        }
