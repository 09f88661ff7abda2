"""What the matcher weighs, and the jumps that are worth making."""

import attrs
import numpy as np

from visemix.plugins.composite.compiled import Floats, Numbers
from visemix.plugins.composite.features import distances
from visemix.plugins.composite.gallery import Gallery
from visemix.plugins.composite.paths import Jumps

NEVER = 1e6
"""Cost of a frame that must not be shown."""

JUMP_CHOICES = 24
NEAR = 6
"""Frames nearer than this are reached by playing, not by jumping."""


@attrs.frozen
class Costs:
    """Weights, in px on a face 330 px high (features.UNIT).

    Attributes:
        follow: pose of the base away from the wanted one.
        jump: any jump of the base.
        body: difference of the whole frames at a jump, px per level.
        turn: the base starts to play the other way.
        mouth, eyes: their shapes away from the wanted ones.
        turned: rotation between source and target.
        slope: a source path that does not simply play on, per frame.
        reach: frames from which on that is as dear as a jump.
    """

    follow: float
    jump: float
    turn: float
    body: float = 2.0
    mouth: float = 6.0
    eyes: float = 2.0
    turned: float = 1.0
    slope: float = 1.0
    reach: int = 8


ON_BASE = Costs(follow=0.06, jump=6.0, turn=10.0)
"""The base goes its own way and only roughly follows the wanted pose: 0.1 made four times as many
jumps on the clips of the benchmark."""

ON_ATTRIBUTES = Costs(follow=3.0, jump=3.0, turn=4.0)
"""The base is moved to the wanted pose, so it had better be near it."""


def jumps_of(gallery: Gallery, costs: Costs) -> Jumps:
    """Where to go on from every frame, dearer where more of the picture changes."""
    count = len(gallery)
    tiny = gallery.glances / np.sqrt(np.float32(gallery.glances.shape[1]))
    pose = gallery.features.pose
    apart = distances(pose, pose)
    apart += np.float32(costs.body) * distances(tiny, tiny)
    after = np.minimum(np.arange(count) + 1, count - 1)
    apart = 0.5 * (apart + apart[after])  # like the frame itself and like the one that was due
    order = np.arange(count)
    apart[np.abs(order[:, None] - order[None]) < NEAR] = NEVER
    apart[:, ~gallery.usable] = NEVER
    keep = min(JUMP_CHOICES, count)
    to = np.argpartition(apart, keep - 1, axis=1)[:, :keep].astype(np.int32)
    cost = costs.jump + np.take_along_axis(apart, to, 1)
    speed = np.linalg.norm(np.diff(pose, axis=0, prepend=pose[:1]), axis=1)
    turn = (costs.turn + speed).astype(np.float32)
    return Jumps(to, cost.astype(np.float32), turn, gallery.cut)


def shown(cost: Numbers, gallery: Gallery) -> Floats:
    """Costs [T, N] with unusable frames never shown."""
    return np.where(gallery.usable, cost, np.float32(NEVER)).astype(np.float32)
