"""What the rendering-to-video network sees: a window of renders, with the eyes' attention.

Section 3.3 (eq. 9) and 3.4 of the paper: every frame of the window is a render of three channels
and a fourth, the eye region times the normalised blink. The released code paints the blink over the
render instead.
"""

import enum
from collections.abc import Sequence

import attrs
import torch
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.training.frame_batch import FrameBatch, signed
from visemix.core.values.rendering import Shot

EYES = "eye_attention"
"""Name of the map."""

SHUT = 5.0
"""AU45 of eyes that are shut."""

INSIDE = 0.5
"""From this coverage on a pixel belongs to the eye region."""

MAP_STEPS = 255
"""uint8 of a map that is 1."""


class EyeAttention(enum.Enum):
    """How the network is told of the eyes.

    CHANNEL: a fourth channel, mask x clamp(AU45 / 5, 0, 1) (paper).
    OVERWRITE_RGB: AU45 itself in all three channels of the mask's pixels (released code).
    OFF: not at all (ablation).
    """

    CHANNEL = "channel"
    OVERWRITE_RGB = "overwrite_rgb"
    OFF = "off"

    @property
    def channels(self) -> int:
        """Per frame of the window."""
        return 4 if self is EyeAttention.CHANNEL else 3


def window_offsets(half_window: int, alignment: str) -> tuple[int, ...]:
    """Frames of the window relative to the one that is made.

    An even window has no middle: the paper's stands one frame early, the released code's another.

    Args:
        half_window: N_w; the window has twice as many frames.
        alignment: "paper" or "released".

    Raises:
        InvalidValue: the window would not hold the frame itself.

    >>> window_offsets(5, "paper")
    (-5, -4, -3, -2, -1, 0, 1, 2, 3, 4)
    >>> window_offsets(5, "released")[0], window_offsets(5, "released")[-1]
    (-6, 3)
    """
    first = -half_window - (alignment == "released")
    offsets = tuple(range(first, first + 2 * half_window))
    if 0 not in offsets:
        what = f"a window of {offsets[0]} to {offsets[-1]} does not hold the frame itself"
        raise InvalidValue(what, where="half_window", do="use at least 2 with offsets: released")
    return offsets


@attrs.frozen(eq=False)
class Renders:
    """Renders of O frames per example.

    Attributes:
        rgb: [N, O, 3, H, W] float32 in [-1, 1].
        eyes: [N, O, 1, H, W] float32 in [0, 1], None where nobody asks for it.
        blink: [N, O] float32, AU45, 0 to 5.
    """

    rgb: Tensor
    eyes: Tensor | None
    blink: Tensor

    def stacked(self, attention: EyeAttention) -> Tensor:
        """[N, O * C, H, W], frame after frame, each with its C channels."""
        if attention is EyeAttention.OFF or self.eyes is None:
            return self.rgb.flatten(1, 2)
        blink = self.blink[..., None, None, None].to(self.rgb)
        if attention is EyeAttention.OVERWRITE_RGB:
            return torch.where(self.eyes >= INSIDE, blink, self.rgb).flatten(1, 2)
        return torch.cat((self.rgb, self.eyes * (blink / SHUT).clamp(0, 1)), 2).flatten(1, 2)


def renders_of_batch(batch: FrameBatch, attention: EyeAttention) -> Renders:
    """Of B examples of L frames, as N = B * L."""
    eyes = None
    if attention is not EyeAttention.OFF:
        eyes = batch.window_maps[EYES].flatten(0, 1).float() / MAP_STEPS
    return Renders(signed(batch.window_rgb).flatten(0, 1), eyes, batch.window_blink.flatten(0, 1))


def renders_of_shot(
    shot: Shot, offsets: Sequence[int], attention: EyeAttention, device: torch.device
) -> Renders:
    """Of every frame that can be made from a shot with the window's past and future.

    Args:
        shot: as the runner gives it.
        offsets: of the window.
        attention: how the network is told of the eyes.
        device: where the network is; every frame goes there once, not once per window.

    Raises:
        InvalidValue: the renderer made no picture, or lacks the map of the eyes.
    """
    rendering = shot.rendering
    if rendering.rgb.shape[2:] != rendering.alpha.shape[2:]:
        do = "set the renderer's shade: true"
        raise InvalidValue("the renderer makes no picture", where="Rendering.rgb", do=do)
    count = len(rendering.rgb) - (offsets[-1] - offsets[0])
    index = torch.arange(count)[:, None] + torch.tensor(offsets) - offsets[0]
    blink = shot.match.attributes.blink
    shown = torch.zeros(index.shape) if blink is None else blink.cpu()[index]
    index = index.to(device)
    eyes = None
    if attention is not EyeAttention.OFF:
        if EYES not in rendering.maps:
            do = f"add {EYES} to the renderer's maps"
            raise InvalidValue(f"the map {EYES!r} is missing", where="Rendering.maps", do=do)
        eyes = rendering.maps[EYES].to(device)[index]
    return Renders(rendering.rgb.to(device)[index] * 2 - 1, eyes, shown.to(device))
