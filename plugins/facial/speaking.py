"""Window after window with carried state, stitched together (A.4, step 2)."""

from collections.abc import Callable

import attrs
import torch
from torch import Tensor

from visemix.core.shapes import Value

Say = Callable[[Tensor, Tensor], Tensor]
"""One window's features [W, R, D] and a state [S] to numbers [W, S]."""


@attrs.frozen(eq=False)
class Carried(Value):
    """What the next window needs of the last.

    Attributes:
        state: [S] numbers at the next frame, as the last window foresaw them.
        heard: [W - 1, R, D] features of the last block; None before the first.
        said: [W - 1, S] what was made of them.
    """

    state: Tensor
    heard: Tensor | None = None
    said: Tensor | None = None


@attrs.frozen
class Stitching:
    """Makes blocks of W - 1 frames that fit each other.

    A window is the block and the frame after it; what it says of that frame is the next window's
    state, and the next window says that frame anew (the released code overwrites it as well).
    The end of a clip is heard in the last W frames, with the state that was said of the first of
    them; a clip of less than W frames holds its last frame.

    Attributes:
        window: W.
        seam: frames over which a block leaves the state that it began with; 0 to jump, as the
            released code does.
    """

    window: int
    seam: int

    def block(self, features: Tensor, carried: Carried, say: Say) -> tuple[Tensor, Carried]:
        """Numbers [N, S] of N + 1 frames of features [N + 1, R, D], and what to carry on."""
        count = len(features) - 1
        if count + 1 < self.window and carried.heard is not None:
            return self._last(features[:count], carried, say), carried
        padding = features[-1:].expand(self.window - count - 1, -1, -1)
        numbers = say(torch.cat((features, padding)), carried.state)
        gap = carried.state - numbers[0] if carried.heard is not None else 0 * carried.state
        made = self._faded(numbers[:count], gap, 0)
        return made, Carried(numbers[count], features[:count], made)

    def _last(self, features: Tensor, carried: Carried, say: Say) -> Tensor:
        """A block that is too short for a window."""
        assert carried.heard is not None and carried.said is not None
        count = len(features)
        heard = torch.cat((carried.heard, features))[-self.window :]
        numbers = say(heard, carried.said[count - 1])
        gap = carried.said[-1] - numbers[-count - 1]
        return self._faded(numbers[-count:], gap, 1)

    def _faded(self, numbers: Tensor, gap: Tensor, since: int) -> Tensor:
        """``numbers`` moved by ``gap``, less with every frame; ``since``: of the first frame."""
        if self.seam == 0:
            return numbers
        passed = torch.arange(since, since + len(numbers)).to(numbers)
        return numbers + (1 - passed / self.seam).clamp_min(0)[:, None] * gap
