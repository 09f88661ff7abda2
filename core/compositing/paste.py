"""PasteBack: a made crop in its full picture (Yi et al. paste by Poisson blending)."""

import cv2
import numpy as np
import torch
from torch import Tensor

from visemix.core.compositing.masks import Floats, soft_face, soft_square, whole_face
from visemix.core.compositing.warping import Box, Pixels, into_frame
from visemix.core.errors import InvalidValue
from visemix.core.values.attributes import Sources
from visemix.core.values.frames import Frames
from visemix.core.values.rendering import Shot
from visemix.core.values.subject import Picture, Subject

MODES = ("feather", "seamless", "crop")
"""feather: faded at the border. seamless: Poisson blending. crop: the crop alone."""

WITHIN = ("crop", "face")
"""Whether everything in the crop is shown, or only the face and what is near it."""

BORDER = 0.07
"""Width of the fading border, share of the crop's side."""

MARGIN = 0.05
"""How far around the drawn face the made picture is shown, share of the crop's side."""

SMALLEST_PX = 4
"""Smaller masks have no inside to blend."""

ALMOST = 1 / 512
"""Weights below this change no level of 255."""


class PasteBack:
    """Puts made crops into the reference frames that the matcher chose for them.

    Args:
        subject: whose pictures.
        mode: one of MODES.
        within: one of WITHIN; ``seamless`` is always within the face.

    Raises:
        InvalidValue: an unknown mode.
    """

    def __init__(self, subject: Subject, mode: str = "feather", within: str = "crop") -> None:
        _known(mode, MODES, "mode")
        _known(within, WITHIN, "within")
        self._frames = subject.frames
        self._mode, self._within = mode, within

    def paste(self, rgb: Tensor, shot: Shot) -> Frames:
        """Full frames, or the crops themselves in the mode ``crop``.

        Args:
            rgb: [T, 3, h, w] uint8, one crop per frame of ``shot``, of any size: it covers what
                the rendering covers.
            shot: says where the crops lie and which frames are around them.
        """
        if self._mode == "crop":
            return Frames(rgb, shot.rendering.fps)
        base = heaviest(shot.match.base).tolist()
        crops = rgb.permute(0, 2, 3, 1).contiguous().numpy()
        made = np.empty((len(crops), self._frames.height, self._frames.width, 3), np.uint8)
        for t, crop in enumerate(crops):
            made[t] = self._frames[base[t]]
            self._paste_one(crop, made[t], shot, t)
        return Frames(torch.from_numpy(made).permute(0, 3, 1, 2), shot.rendering.fps)

    def _paste_one(self, crop: Picture, full: Picture, shot: Shot, t: int) -> None:
        height, width = crop.shape[:2]
        alpha: Floats = shot.rendering.alpha[t, 0].numpy()
        matrix = scaled(shot.rendering.crop[t], alpha.shape, (height, width))
        box = Box.of_crop(matrix, (height, width), full.shape[:2])
        if not box.width or not box.height:
            return
        made, view = into_frame(crop, matrix, box), full[box.rows_columns]
        if self._mode == "seamless":
            mask = cv2.resize(_clone_mask(alpha), (width, height))
            if _clone(made, into_frame(np.asarray(mask), matrix, box, outside=0.0), view):
                return
        weight = self._weight(alpha, height, width)
        _blend(made, view, into_frame(weight, matrix, box, outside=0.0))

    def _weight(self, alpha: Floats, height: int, width: int) -> Floats:
        square = soft_square(height, width, BORDER)
        if self._mode == "feather" and self._within == "crop":
            return square
        if not (alpha > 0.5).any():  # nothing was drawn: there is no face to keep within
            return square
        face = cv2.resize(soft_face(alpha, MARGIN, BORDER), (width, height))
        return np.minimum(square, np.asarray(face, np.float32))


def heaviest(sources: Sources) -> Tensor:
    """[T] the reference frame with the largest share."""
    place = sources.weight.argmax(1, keepdim=True)
    return sources.index.gather(1, place)[:, 0]


def scaled(matrix: Tensor, drawn: tuple[int, ...], wanted: tuple[int, int]) -> Tensor:
    """A crop's [2, 3] map for crops of another size.

    Args:
        matrix: from full-frame px to px of the drawn crop.
        drawn: height and width of it.
        wanted: height and width of the crops.
    """
    factors = torch.tensor([[wanted[1] / drawn[1]], [wanted[0] / drawn[0]]])
    return matrix * factors


def _clone_mask(alpha: Floats) -> Pixels:
    """[h, w] 255 on the face and near it; on the whole crop where no face was drawn."""
    face = whole_face(alpha, MARGIN)
    return face if face.any() else np.full_like(face, 255)


def _clone(made: Pixels, mask: Pixels, view: Picture) -> bool:
    """Poisson blending into ``view``; whether it could be done.

    The border of the mask takes its colours from the view, so a mask that reaches the border of
    the picture has nothing to take them from.
    """
    whole = np.where(mask > 127, 255, 0).astype(np.uint8)
    if whole[[0, -1]].any() or whole[:, [0, -1]].any():
        return False
    left, top, width, height = cv2.boundingRect(whole)
    if min(width, height) < SMALLEST_PX:
        return False
    centre = (left + width // 2, top + height // 2)  # where cv2 puts the middle of the mask
    view[:] = cv2.seamlessClone(made, view.copy(), whole, centre, cv2.NORMAL_CLONE)
    return True


def _blend(made: Pixels, view: Picture, weight: Pixels) -> None:
    share = np.where(weight < ALMOST, np.float32(0), weight)
    view[:] = cv2.blendLinear(made, view.copy(), share, 1 - share)


def _known(name: str, names: tuple[str, ...], where: str) -> None:
    if name not in names:
        raise InvalidValue(f"expected {' or '.join(names)}, got {name!r}", where=where)
