"""A smooth displacement field that moves the head and leaves the background where it is."""

from typing import NamedTuple

import numpy as np

from visemix.plugins.composite.compiled import Bytes, Floats, kernel
from visemix.plugins.composite.regions import CHIN_TIP, FOREHEAD, OVAL, STABLE, VERTICES
from visemix.plugins.composite.roi import Roi
from visemix.plugins.composite.sampling import grown, warp

STEPS_PER_FACE = 20
"""Nodes of the field per face height."""

FAR = 0.52
"""The motion of the whole head has faded this far from the face, in face heights."""

NEAR = 0.32
"""The same for the motion of jaw and brows."""

STILL_PX = 0.1
"""Less than this does not move anything."""

CONTROL = np.array(OVAL + tuple(i for i in range(VERTICES) if i % 5 == 0 and i not in OVAL))


class Motion(NamedTuple):
    """Where pixels of the moved picture come from.

    Attributes:
        points: [P, 2] control points in the moved picture, px of the field.
        back: [P, 2] from there to where they come from.
        rigid: [4] a, b, tx, ty: the part [a -b; b a] x + t of it that all of the head makes.
        size: face height, px.
        reach: how far the rigid part and the rest reach, face heights.
    """

    points: Floats
    back: Floats
    rigid: Floats
    size: float
    reach: tuple[float, float]


def move_head(frame: Bytes, source: Floats, target: Floats, out: Bytes, sharp: bool = True) -> None:
    """Write ``frame`` into ``out``, its head gone from ``source`` to ``target``.

    The motion of the whole head reaches hair and neck and fades slowly; the rest (the jaw) fades
    fast. Where nothing moves, no pixel changes.

    Args:
        frame: [H, W, 3].
        source: [478, 2 or 3] landmarks, indices of pixels.
        target: where they go.
        out: [H, W, 3], written.
        sharp: cubic instead of linear sampling.
    """
    out[:] = frame
    at = target[CONTROL, :2].astype(np.float32)
    back = source[CONTROL, :2].astype(np.float32) - at
    still = np.abs(back).max(1) < STILL_PX
    if still.all():
        return
    size = max(float(np.linalg.norm(target[FOREHEAD, :2] - target[CHIN_TIP, :2])), 1.0)
    head = (source - target)[list(STABLE), :2]
    height_width = (frame.shape[0], frame.shape[1])
    if np.abs(head).max() < STILL_PX:
        rigid: Floats = np.zeros(4, np.float32)
        roi = Roi.around(at[~still], (NEAR * size, NEAR * size, NEAR * size), height_width)
    else:
        rigid = _similarity(target[list(STABLE), :2], head)
        both = np.concatenate([at, at + back])
        roi = Roi.around(both, (FAR * size, FAR * size, 0.8 * FAR * size), height_width)
        a, b = rigid[:2]
        rigid += np.array([0, 0, a * roi.x - b * roi.y, b * roi.x + a * roi.y], np.float32)
    step = max(int(size / STEPS_PER_FACE), 4)
    corner = np.array([roi.x, roi.y], np.float32)
    motion = Motion(at - corner, back, rigid, size, (FAR, NEAR))
    field = _field(motion, -(-roi.h // step) + 1, -(-roi.w // step) + 1, step)
    flow = grown(field, step, (roi.w, roi.h))
    _add_position(flow, roi.x, roi.y)
    roi.of(out)[:] = warp(frame, flow, sharp)


def _similarity(at: Floats, move: Floats) -> Floats:
    """Least-squares a, b, tx, ty of move = [a -b; b a] at + t."""
    c, d = at.mean(0), move.mean(0)
    p, q = at - c, move - d
    n = float((p * p).sum())
    a = float((p * q).sum()) / n
    b = float((p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]).sum()) / n
    return np.array([a, b, d[0] - a * c[0] + b * c[1], d[1] - b * c[0] - a * c[1]], np.float32)


@kernel
def _add_position(flow: Floats, x0: int, y0: int) -> None:
    for y in range(flow.shape[0]):
        for x in range(flow.shape[1]):
            flow[y, x, 0] += np.float32(x + x0)
            flow[y, x, 1] += np.float32(y + y0)


@kernel
def _field(motion: Motion, rows: int, columns: int, step: int) -> Floats:
    """[rows, columns, 2] displacement at the nodes, px."""
    points, back, rigid, size = motion.points, motion.back, motion.rigid, motion.size
    field = np.zeros((rows, columns, 2), np.float32)
    n = points.shape[0]
    bottom = np.float32(0.0)
    for i in range(n):
        bottom = max(bottom, points[i, 1])
    soft = np.float32((0.03 * size) ** 2)
    for r in range(rows):
        for c in range(columns):
            x, y = np.float32(c * step), np.float32(r * step)
            total, sx, sy = np.float32(0), np.float32(0), np.float32(0)
            nearest = np.float32(1e12)
            for i in range(n):
                px, py = points[i, 0], points[i, 1]
                d2 = (px - x) ** 2 + (py - y) ** 2
                nearest = min(nearest, d2)
                k = np.float32(1.0) / (d2 + soft)
                k = k * k
                total += k
                sx += k * (back[i, 0] - (rigid[2] + rigid[0] * px - rigid[1] * py))
                sy += k * (back[i, 1] - (rigid[3] + rigid[1] * px + rigid[0] * py))
            away = np.sqrt(nearest) / size
            # The neck stands still sooner than the hair.
            below = _clip(float(4 * (y - bottom) / size + 0.6))
            slow = _fade(away, 0.1 - 0.05 * below, motion.reach[0] - 0.15 * below)
            fast = _fade(away, 0.04, motion.reach[1])
            rx = rigid[2] + rigid[0] * x - rigid[1] * y
            ry = rigid[3] + rigid[1] * x + rigid[0] * y
            field[r, c, 0] = slow * rx + fast * sx / total
            field[r, c, 1] = slow * ry + fast * sy / total
    return field


@kernel
def _fade(away: float, low: float, high: float) -> float:
    t = _clip((away - low) / (high - low))
    return 1.0 - t * t * (3.0 - 2.0 * t)


@kernel
def _clip(x: float) -> float:
    return min(max(x, 0.0), 1.0)
