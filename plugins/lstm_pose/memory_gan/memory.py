"""The memory: pairs of what a render looks like and whose face it is (Yi et al., section 3.4).

Yoo et al., Coloring with Limited Data: Few-Shot Colorization via Memory-Augmented Networks, 2019.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from visemix.core.errors import CheckpointError

NEIGHBOURS = 256
SAME = 0.98
"""Cosine of two identity features above which they are of the same look."""

MARGIN = 0.3
AGE_NOISE = 4.0
"""Ages are compared with uniform noise of this much, so that not always the same slots go."""

KEY_SPREAD = 0.01
NEVER = -1


class Memory(nn.Module):
    """Slots of (key, value); all of it is state that checkpoints keep, none of it has gradients.

    Attributes:
        keys: [S, K] float32, unit vectors of how renders look.
        values: [S, D] float32, identity features, unit vectors once written.
        ages: [S] float32, updates since a slot was used.
        source: [S] int64, which frame wrote the slot, -1 where none did.

    Args:
        slots: S; the released code has 30,000.
        key: K.
        value: D.
    """

    keys: Tensor
    values: Tensor
    ages: Tensor
    source: Tensor

    def __init__(self, slots: int, key: int, value: int) -> None:
        super().__init__()
        keys = (2 * torch.rand(slots, key) - 1) * KEY_SPREAD
        self.register_buffer("keys", functional.normalize(keys))
        self.register_buffer("values", functional.normalize(torch.rand(slots, value), p=1.0))
        self.register_buffer("ages", torch.zeros(slots))
        self.register_buffer("source", torch.full((slots,), NEVER))

    @property
    def written(self) -> Tensor:
        """[S] bool, slots that hold a pair that was seen."""
        return self.source != NEVER

    def triplet_loss(self, queries: Tensor, values: Tensor) -> Tensor:
        """Threshold triplet loss, mean over the batch.

        Of the keys nearest to a query those with the same identity are positive, the rest
        negative: max(best negative - best positive + margin, 0). Where there is no positive (or no
        negative) its score counts as 0, as in the released code.

        Args:
            queries: [B, K] unit vectors; the gradient reaches these.
            values: [B, D] unit vectors of the true frames.
        """
        scores, near = (queries @ self.keys.T).topk(min(NEIGHBOURS, len(self.keys)), dim=1)
        alike = torch.einsum("bnd,bd->bn", self.values[near], values) > SAME
        positive = (scores * alike).amax(1)
        negative = (scores * ~alike).amax(1)
        return functional.relu(negative - positive + MARGIN).mean()

    @torch.no_grad()
    def update(
        self, queries: Tensor, values: Tensor, sources: Tensor, random: torch.Generator
    ) -> None:
        """Write pairs, one after the other.

        All ages grow by one. If the nearest key's value is the same identity, that key moves
        towards the query; else the pair takes the place of the oldest one.

        Args:
            queries: [B, K] unit vectors.
            values: [B, D] unit vectors.
            sources: [B] int64, which frames these are, from 0.
            random: of the noise on the ages, on the CPU.
        """
        dice = torch.rand(len(queries), len(self.ages), generator=random)
        noises = ((2 * dice - 1) * AGE_NOISE).to(self.ages.device)
        for query, value, source, noise in zip(queries, values, sources, noises, strict=True):
            self.ages += 1
            nearest = (self.keys @ query).argmax()
            alike = self.values[nearest[None]][0] @ value > SAME
            oldest = (self.ages + noise).argmax()
            slot = torch.where(alike, nearest, oldest)[None]  # [1]: a GPU need not be waited for
            moved = functional.normalize(self.keys[slot] + query)
            self.keys[slot] = torch.where(alike, moved, query)
            self.values[slot] = torch.where(alike, self.values[slot], value)
            self.source[slot] = torch.where(alike, self.source[slot], source)
            self.ages[slot] = 0

    @torch.no_grad()
    def retrieve(self, queries: Tensor) -> Tensor:
        """[B, D] the values of the nearest keys, [B, K]; slots never written are not looked at.

        Raises:
            CheckpointError: nothing was ever written.
        """
        if not bool(self.written.any()):
            do = "train the stage gan-personal or gan-general"
            raise CheckpointError("the refiner's memory is empty", where="refiner", do=do)
        scores = (queries @ self.keys.T).masked_fill(~self.written, -torch.inf)
        return self.values[scores.argmax(1)]


def between_anchors(first: Tensor, last: Tensor, frames: int, gap: int) -> Tensor:
    """Features [frames, D] on the line from an anchor to the next, not normalised again.

    The published code looks identity features up for every frame and keeps those of every 25th;
    frames between are interpolated, so that the made face does not flicker with the memory.

    Args:
        first: [D] of frame 0.
        last: [D] of frame ``gap``.
        frames: how many are wanted, from frame 0.
        gap: frames between the anchors; with 0 there is but one.
    """
    share = torch.arange(frames, device=first.device)[:, None] / max(gap, 1)
    return (1 - share) * first + share * last
