"""Manner: how the generator learns where a short training wants it otherwise than the paper."""

import attrs


@attrs.frozen
class Manner:
    """What the paper does not do.

    Attributes:
        mouth_weight: how many times the pixels around the mouth count in L_rec.
        perceptual_every: every so many frames of an excerpt count in L_per, which takes longest.
        cooling: share of a stage, its end, over which the learning rates fall to 0.
    """

    mouth_weight: float = 1.0
    perceptual_every: int = 1
    cooling: float = 0.0

    def pace(self, step: int, steps: int) -> float:
        """Factor on the learning rates at a step.

        >>> [Manner(cooling=0.5).pace(step, 8) for step in (0, 4, 6, 7)]
        [1.0, 1.0, 0.5, 0.25]
        """
        last = self.cooling * steps
        return 1.0 if not last else min((steps - step) / last, 1.0)


AS_PUBLISHED = Manner()
