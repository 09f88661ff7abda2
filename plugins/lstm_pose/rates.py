"""Learning rates as factors of the step."""

import math

WARM_UP = 0.15
START = 1 / 25
END = 1 / 250_000


def one_cycle(step: int, steps: int) -> float:
    """Rises along half a cosine from 1/25 to 1, then falls to almost nothing (Smith 2018).

    >>> [round(one_cycle(step, 100), 3) for step in (0, 14, 57, 99)]
    [0.04, 1.0, 0.491, 0.0]
    """
    peak = max(WARM_UP * steps - 1, 1e-9)
    if step <= peak:
        return _between(START, 1.0, step / peak)
    return _between(1.0, END, min((step - peak) / max(steps - 1 - peak, 1e-9), 1.0))


def _between(first: float, last: float, share: float) -> float:
    return last + (first - last) * (1 + math.cos(math.pi * share)) / 2
