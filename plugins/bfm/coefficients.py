"""The rows of 257 and 258 numbers in which Deep3D, Yi et al. and FACIAL keep a fitted face.

| 257 (Deep3D, Yi et al.) | meaning |
|---|---|
| 0:80, 80:144, 144:224 | identity, expression, texture |
| 224:227 | Euler angles about x, y, z, radians; R = (Rz Ry Rx)ᵀ on rows, so Rz Ry Rx on columns |
| 227:254 | light, 3 x 9, colour-major; 0.8 is added to band 0 |
| 254:257 | translation, model units, before the perspective camera of a 224 px picture |

| 258 (FACIAL) | meaning |
|---|---|
| 0:3, 3, 4:7 | Euler angles in degrees, scale in px per model unit, translation in px (z is 1) |
| 7:71, 71:151, 151:231, 231:258 | expression, identity, texture, light |

FACIAL's renderer counts px from the centre of pixel (w / 2, h / 2 - 1), half a pixel from the
centre of the picture, and does not recentre the mean shape.
"""

import attrs
import torch
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.fitting.cameras import REFERENCE_PX, resized
from visemix.core.shapes import frames_of
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.subject import FaceFit
from visemix.plugins.bfm.arrays import EXPRESSIONS, IDENTITIES, TEXTURES

DEEP3D, FACIAL = 257, 258
BASIS = "bfm-64"
LIGHT = 27
HALF_PIXEL = 0.5

_SPLIT_257 = [IDENTITIES, EXPRESSIONS, TEXTURES, 3, LIGHT, 3]
_SPLIT_258 = [3, 1, 3, EXPRESSIONS, IDENTITIES, TEXTURES, LIGHT]


@attrs.frozen(eq=False)
class Coefficients:
    """What such rows say of a clip.

    Attributes:
        identity: [80].
        texture: [80].
        light: [27].
        attributes: expression and pose of every frame; the pose in px of a crop.
    """

    identity: Tensor
    texture: Tensor
    light: Tensor
    attributes: FaceAttributes


def coefficients_of(fit: FaceFit) -> Coefficients:
    """What ``bfm`` fitted; without colours the texture and the light are 0.

    A personal shape beyond the identity is not among them.

    Raises:
        InvalidValue: another face model's fit.
    """
    if fit.identity is None or len(fit.identity) < IDENTITIES + TEXTURES:
        what = f"expected {IDENTITIES + TEXTURES} coefficients of the face model 'bfm'"
        raise InvalidValue(what, where="FaceFit.identity")
    identity, texture = torch.split(fit.identity[: IDENTITIES + TEXTURES], [IDENTITIES, TEXTURES])
    light = torch.zeros(LIGHT) if fit.light is None else fit.light
    return Coefficients(identity, texture, light, fit.attributes)


def pack_257(found: Coefficients, size: float) -> Tensor:
    """Rows [T, 257].

    Args:
        found: a clip.
        size: of the crop that its pose is in, px.

    Raises:
        InvalidValue: there is no expression or no pose.
    """
    expression, pose = _needed(found.attributes)
    posed = resized(pose, size, REFERENCE_PX).to(PoseConvention.EULER_RAD_PERSP)
    still = (found.identity, found.texture, found.light)
    identity, texture, light = (part.expand(len(expression), -1) for part in still)
    parts = (identity, expression, texture, posed.rotation, light, posed.translation)
    return torch.cat(parts, 1)


def unpack_257(rows: Tensor, fps: float, size: float) -> Coefficients:
    """What rows [T, 257] say; identity, texture and light are those of the first frame.

    Args:
        rows: float32.
        fps: of the clip.
        size: of the crop that the pose is wanted for, px.

    Raises:
        InvalidValue: other rows.
    """
    parts = _split(rows, DEEP3D, _SPLIT_257)
    identity, expression, texture, angles, light, translation = parts
    pose = HeadPose(angles, translation, PoseConvention.EULER_RAD_PERSP)
    attributes = FaceAttributes(fps, expression, BASIS, resized(pose, REFERENCE_PX, size))
    return Coefficients(identity[0], texture[0], light[0], attributes)


def pack_258(found: Coefficients, centre: Tensor) -> Tensor:
    """Rows [T, 258]; their px are those of the crop that the pose is in.

    Args:
        found: a clip.
        centre: [3] of the mean shape that FACIAL does not recentre (``BfmArrays.centre``).

    Raises:
        InvalidValue: there is no expression or no pose.
    """
    expression, pose = _needed(found.attributes)
    ortho = pose.to(PoseConvention.EULER_DEG_ORTHO)
    scale, place = ortho.translation[:, :1], ortho.translation[:, 1:]
    shift = place - _from_centre(ortho, centre) - HALF_PIXEL
    still = (found.identity, found.texture, found.light)
    identity, texture, light = (part.expand(len(expression), -1) for part in still)
    depth = torch.ones_like(scale)
    return torch.cat((ortho.rotation, scale, shift, depth, expression, identity, texture, light), 1)


def unpack_258(rows: Tensor, fps: float, centre: Tensor) -> Coefficients:
    """What rows [T, 258] say; identity, texture and light are those of the first frame.

    Args:
        rows: float32.
        fps: of the clip.
        centre: [3] of the mean shape (``BfmArrays.centre``).

    Raises:
        InvalidValue: other rows.
    """
    parts = _split(rows, FACIAL, _SPLIT_258)
    angles, scale, shift, expression, identity, texture, light = parts
    loose = HeadPose(angles, torch.cat((scale, shift[:, :2]), 1), PoseConvention.EULER_DEG_ORTHO)
    place = shift[:, :2] + _from_centre(loose, centre) + HALF_PIXEL
    pose = attrs.evolve(loose, translation=torch.cat((scale, place), 1))
    attributes = FaceAttributes(fps, expression, BASIS, pose)
    return Coefficients(identity[0], texture[0], light[0], attributes)


def _from_centre(pose: HeadPose, centre: Tensor) -> Tensor:
    """Where the mean shape's centre is from its file's origin, px [T, 2]."""
    turned = pose.matrix() @ centre
    return pose.translation[:, :1] * turned[:, :2]


def _split(rows: Tensor, width: int, parts: list[int]) -> tuple[Tensor, ...]:
    if rows.ndim != 2 or rows.shape[1] != width or len(rows) == 0:
        what = f"expected rows of {width} numbers, got {list(rows.shape)}"
        raise InvalidValue(what, where="coefficients")
    return tuple(part.float().contiguous() for part in torch.split(rows, parts, 1))


def _needed(attributes: FaceAttributes) -> tuple[Tensor, HeadPose]:
    if attributes.expression is None or attributes.pose is None or not frames_of(attributes):
        raise InvalidValue("expression and pose are needed", where="FaceAttributes")
    if attributes.basis != BASIS:
        where = "FaceAttributes.basis"
        raise InvalidValue(f"expected {BASIS!r}, got {attributes.basis!r}", where=where)
    return attributes.expression, attributes.pose
