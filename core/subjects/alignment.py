"""Faces turned, scaled and moved so that five stable points lie where those of a mean face lie.

Systems without a mesh learn from such pictures and make such pictures (Vougioukas et al., sections
3.1 and 4); training and inference have to align alike, so both do it here.
"""

import attrs
import numpy as np
import torch
from torch import Tensor

from visemix.core.compositing.warping import warped
from visemix.core.errors import InvalidValue
from visemix.core.values.subject import Picture
from visemix.core.values.track import Track

POINTS = (2, 33, 133, 362, 263)
"""MediaPipe's points for 33 (below the nose), 36, 39, 42 and 45 (corners of the eyes) of the 68."""

MEAN_FACE = ((48.0, 76.5), (22.0, 47.6), (38.0, 48.0), (58.0, 48.0), (74.0, 47.6))
"""Where they lie in an aligned picture of MEAN_SIZE, px; symmetric, so that a mirrored picture is
aligned too."""

MEAN_SIZE = (128, 96)
"""Height and width, px."""

AHEAD = 6
"""Frames after a frame whose landmarks are averaged with its own, against jitter."""

LAYOUT = "mediapipe-478"


@attrs.frozen
class Aligned:
    """Aligned pictures of one size.

    Attributes:
        height, width: of the pictures, px; the face grows with the height and is in the middle.
        ahead: frames after a frame that are averaged into its landmarks.
    """

    height: int = MEAN_SIZE[0]
    width: int = MEAN_SIZE[1]
    ahead: int = AHEAD

    def crops(self, track: Track) -> Tensor:
        """[T, 2, 3] float32 similarities from full-frame px to px of the aligned picture.

        Raises:
            InvalidValue: the track has other landmarks than MediaPipe's.
        """
        if track.layout != LAYOUT:
            raise InvalidValue(f"expected {LAYOUT} landmarks, got {track.layout}", where="Track")
        points = track.landmarks[:, list(POINTS), :2].double()
        return similarity(self._averaged(points, track.cut), self.points()).float()

    def points(self) -> Tensor:
        """[5, 2] float64, where the five points come to lie, px."""
        scale = self.height / MEAN_SIZE[0]
        mean = torch.tensor(MEAN_FACE, dtype=torch.float64) * scale
        return mean + torch.tensor([(self.width - MEAN_SIZE[1] * scale) / 2, 0.0])

    def picture(self, picture: Picture, crop: Tensor) -> Picture:
        """[height, width, 3] uint8, a full frame under one of ``crops``; its rim is repeated."""
        made = warped(picture, crop.double().numpy(), (self.height, self.width))
        return np.asarray(made, np.uint8)

    def _averaged(self, points: Tensor, cut: Tensor) -> Tensor:
        """Mean of [T, ...] over each frame and the next ones of its shot."""
        shot = cut.long().cumsum(0)
        last = torch.tensor([int((shot <= number).sum()) - 1 for number in shot.tolist()])
        total = torch.cat((torch.zeros_like(points[:1]), points.cumsum(0)))
        first = torch.arange(len(points))
        stop = torch.minimum(first + self.ahead, last) + 1
        return (total[stop] - total[first]) / (stop - first)[:, None, None]


def similarity(source: Tensor, target: Tensor) -> Tensor:
    """[T, 2, 3] the rotation, scale and shift that takes points nearest to others, least squares.

    Args:
        source: [T, N, 2] float64.
        target: [N, 2] float64.

    Raises:
        InvalidValue: all points of a frame are one point.
    """
    middle = source.mean(1, keepdim=True)
    moved, wanted = source - middle, target - target.mean(0)
    spread = moved.square().sum((1, 2))
    if not bool((spread > 0).all()):
        raise InvalidValue("the five points of a face lie on one another", where="Track.landmarks")
    along = (moved * wanted).sum((1, 2)) / spread
    across = (moved[..., 0] * wanted[:, 1] - moved[..., 1] * wanted[:, 0]).sum(1) / spread
    turn = torch.stack((along, -across, across, along), -1).reshape(-1, 2, 2)
    shift = target.mean(0) - (turn @ middle.mT)[..., 0]
    return torch.cat((turn, shift[..., None]), -1)
