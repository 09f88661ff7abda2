"""Paths through the reference, found by dynamic programming."""

from typing import NamedTuple

import numpy as np

from visemix.plugins.composite.compiled import Flags, Floats, Ints, kernel


class Jumps(NamedTuple):
    """For every frame the cheapest frames to go on with that are not its neighbours.

    Attributes:
        to: [N, M] frames.
        cost: [N, M] of going there.
        turn: [N] cost of turning round, or of standing still.
        cut: [N] a new stretch starts here; nothing plays or blends across.
    """

    to: Ints
    cost: Floats
    turn: Floats
    cut: Flags


@kernel
def follow(unary: Floats, cut: Flags, start: int, slope: float, reach: int) -> Ints:
    """Cheapest path that tends to play on.

    A step i -> j costs slope * min(|j - i - 1|, reach), and the most across a cut.

    Args:
        unary: [T, N] cost of showing frame n at time t.
        cut: [N].
        start: frame before the first, -1 for any.
        slope: cost per frame of difference.
        reach: largest difference that counts.

    Returns:
        [T] frames.
    """
    steps, n = unary.shape
    back = np.empty((steps, n), np.int32)
    stretch = np.cumsum(cut)
    cost = np.zeros(n, np.float32)
    if start >= 0:
        cost[:] = np.float32(1e9)
        cost[start] = 0
    fresh = np.empty(n, np.float32)
    for t in range(steps):
        best = int(np.argmin(cost))
        far = cost[best]
        if t > 0 or start >= 0:
            far += np.float32(slope * reach)
        for j in range(n):
            low, arg = far, best
            for i in range(max(0, j - reach), min(n, j + reach - 1)):
                step = cost[i] + np.float32(slope * abs(j - i - 1))
                if step < low and stretch[i] == stretch[j]:
                    low, arg = step, i
            fresh[j] = low + unary[t, j]
            back[t, j] = arg
        cost, fresh = fresh, cost
    path = np.empty(steps, np.int32)
    path[steps - 1] = np.argmin(cost)
    for t in range(steps - 1, 0, -1):
        path[t - 1] = back[t, path[t]]
    return path


@kernel
def _offer(to: int, cost: float, origin: int, fresh: Floats, back: Ints) -> None:
    """Reach a state from another if nothing cheaper does."""
    if cost < fresh[to]:
        fresh[to] = cost
        back[to] = origin


@kernel
def _ways_on(state: int, cost: float, jumps: Jumps, fresh: Floats, back: Ints) -> None:
    """Offer every state that can follow ``state``."""
    frame, backwards = state // 2, state % 2
    step = 1 - 2 * backwards
    turned = cost + jumps.turn[frame]
    for to, price, way in ((frame + step, cost, 0), (frame - step, turned, 1)):
        if 0 <= to < len(jumps.turn) and not jumps.cut[max(frame, to)]:
            _offer(2 * to + (backwards ^ way), price, state, fresh, back)
    _offer(state, turned, state, fresh, back)
    for m in range(jumps.to.shape[1]):
        to = 2 * jumps.to[frame, m] + backwards
        _offer(to, cost + jumps.cost[frame, m], state, fresh, back)


@kernel
def wander(unary: Floats, jumps: Jumps, start: int) -> Ints:
    """Cheapest path that plays forwards or backwards, turns round, stands still or jumps.

    Args:
        unary: [T, N] cost of showing frame n at time t.
        jumps: the ways on from every frame.
        start: state before the first: 2 * frame, + 1 if it plays backwards; -1 for any.

    Returns:
        [T] states.
    """
    steps, n = unary.shape
    back = np.zeros((steps, 2 * n), np.int32)
    cost = np.full(2 * n, 1e9, np.float32)
    if start >= 0:
        cost[start] = 0
    fresh = np.empty(2 * n, np.float32)
    for t in range(steps):
        fresh[:] = np.float32(1e12)
        if t == 0 and start < 0:
            fresh[0::2] = 0
            fresh[1::2] = np.float32(0.5)  # rather forwards
        else:
            for state in range(2 * n):
                _ways_on(state, cost[state], jumps, fresh, back[t])
        for j in range(n):
            fresh[2 * j] += unary[t, j]
            fresh[2 * j + 1] += unary[t, j]
        cost, fresh = fresh, cost
    path = np.empty(steps, np.int32)
    path[steps - 1] = np.argmin(cost)
    for t in range(steps - 1, 0, -1):
        path[t - 1] = back[t, path[t]]
    return path
