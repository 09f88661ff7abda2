"""Tells how far heads really move from what Φ says (C.2.2, 4)."""

import torch
from torch import Tensor, nn

from visemix.core.errors import InvalidValue
from visemix.core.interfaces import Discriminator, Judgement, Sample

FLOOR = 1e-6
"""Variance below which a standard deviation has no slope."""


class MotionStatistics(Discriminator):
    """Judges a motion by its mean and its standard deviation over time.

    Args:
        changes: judge those of the changes from frame to frame as well (released code).
    """

    judges = "attributes"

    def __init__(self, *, changes: bool = False) -> None:
        self._changes = changes

    def network(self, like: Sample) -> nn.Module:
        """See Discriminator.

        Raises:
            InvalidValue: the sample has no attributes.
        """
        if like.attributes is None:
            what = "motion-statistics judges attributes, and there are none"
            raise InvalidValue(what, where="discriminators", do="let it judge 'attributes'")
        return StatisticsCritic(like.attributes.shape[2], self._changes)


class StatisticsCritic(nn.Module):
    """A linear layer on 2 A numbers, or 4 A with those of the changes.

    Args:
        width: A numbers of a frame; 6 for head motion.
        changes: see MotionStatistics.
    """

    def __init__(self, width: int, changes: bool) -> None:
        super().__init__()
        self._changes = changes
        self.say = nn.Linear(width * (4 if changes else 2), 1)

    def forward(self, sample: Sample) -> Judgement:
        """See Discriminator.network."""
        assert sample.attributes is not None
        judged = statistics(sample.attributes)
        if self._changes:
            judged = torch.cat((judged, statistics(sample.attributes.diff(dim=1))), 1)
        return Judgement([self.say(judged)])


def statistics(motion: Tensor) -> Tensor:
    """Mean and standard deviation over time, [B, T, A] to [B, 2 A]."""
    spread = motion.var(1, correction=0).clamp_min(FLOOR).sqrt()
    return torch.cat((motion.mean(1), spread), 1)
