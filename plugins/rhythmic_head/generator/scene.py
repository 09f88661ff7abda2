"""What the generator is shown, and what it makes."""

from collections.abc import Callable, Mapping

import attrs
from torch import Tensor

from visemix.core.shapes import Value

PROJECTION, REFERENCE = "projection", "reference"
"""The render of the 3D-aware module, and the matched reference."""


@attrs.frozen(eq=False)
class Known(Value):
    """K references of each of B examples; K may differ from call to call.

    Attributes:
        pictures: [B, K, 3, H, W] float32 in [-1, 1].
        landmarks: [B, K, 1, H, W] float32 in [0, 1], edge maps.
    """

    pictures: Tensor
    landmarks: Tensor


@attrs.frozen(eq=False)
class Scene(Value):
    """What is to be made of B frames.

    Attributes:
        landmarks: [B, 1, H, W] float32 in [0, 1], edge map of the wanted face.
        render: [B, 3, H, W] float32 in [-1, 1], the projected image.
        alpha: [B, 1, H, W] float32 in [0, 1], its coverage.
        matched: [B, 3, H, W] float32 in [-1, 1], the matched reference.
        matched_landmarks: [B, 1, H, W] float32 in [0, 1].
    """

    landmarks: Tensor
    render: Tensor
    alpha: Tensor
    matched: Tensor
    matched_landmarks: Tensor

    def each(self, change: Callable[[Tensor], Tensor]) -> "Scene":
        """Every picture changed."""
        return Scene(*(change(value) for value in attrs.astuple(self, recurse=False)))


@attrs.frozen(eq=False)
class Warped(Value):
    """A picture moved to fit.

    Attributes:
        picture: [B, 3, H, W].
        weight: [B, 1, H, W] in [0, 1]; in the matting 1 shows the decoder's picture instead.
        flow: [B, 2, H, W] px to the right and down from which each pixel came.
    """

    picture: Tensor
    weight: Tensor
    flow: Tensor


@attrs.frozen(eq=False)
class Made(Value):
    """What the generator makes.

    Attributes:
        picture: [B, 3, H, W] in [-1, 1].
        raw: the decoder's own picture where another is laid over it; else None.
        warped: PROJECTION and REFERENCE, those that are in use.
    """

    picture: Tensor
    raw: Tensor | None
    warped: Mapping[str, Warped]

    def cropped(self, height: int, width: int) -> "Made":
        """Without the rim that was added to the lower right."""

        def less(picture: Tensor) -> Tensor:
            return picture[..., :height, :width]

        warped = {
            name: Warped(less(w.picture), less(w.weight), less(w.flow))
            for name, w in self.warped.items()
        }
        return Made(less(self.picture), None if self.raw is None else less(self.raw), warped)
