"""The 257 and 258 layouts: every slice, both ways, and the pictures they stand for."""

import math

import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.timeline import cut
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.pose import PoseConvention
from visemix.core.values.subject import FaceFit, Subject
from visemix.plugins.bfm.coefficients import (
    Coefficients,
    coefficients_of,
    pack_257,
    pack_258,
    unpack_257,
    unpack_258,
)
from visemix.plugins.bfm.model import BfmFace


@pytest.fixture
def clip(acted: Subject) -> Coefficients:
    return coefficients_of(acted.fit)


def rows(width: int, count: int = 3) -> Tensor:
    random = torch.Generator().manual_seed(width)
    made = 0.3 * torch.randn(count, width, generator=random)
    if width == 258:
        made[:, 3] = 168.0 + made[:, 3]
        made[:, 6] = 1
    still = slice(0, 80) if width == 257 else slice(71, 258)
    made[:, still] = made[0, still].clone()
    if width == 257:
        made[:, 144:224] = made[0, 144:224].clone()
        made[:, 227:254] = made[0, 227:254].clone()
    return made


@pytest.mark.parametrize("size", [224.0, 512.0])
def test_257_there_and_back(size: float) -> None:
    wanted = rows(257)
    assert torch.allclose(pack_257(unpack_257(wanted, 25.0, size), size), wanted, atol=2e-5)


def test_the_slices_of_257() -> None:
    wanted = rows(257)
    found = unpack_257(wanted, 25.0, 224)
    assert found.identity.equal(wanted[0, 0:80])
    assert found.attributes.expression is not None
    assert found.attributes.expression.equal(wanted[:, 80:144])
    assert found.texture.equal(wanted[0, 144:224])
    assert found.light.equal(wanted[0, 227:254])
    pose = found.attributes.pose
    assert pose is not None
    assert torch.allclose(pose.rotation, wanted[:, 224:227], atol=1e-5)
    assert torch.allclose(pose.translation, wanted[:, 254:257], atol=1e-5)


def test_the_rotation_of_257_acts_on_rows_transposed() -> None:
    """R = (Rz Ry Rx)ᵀ and points are rows: p R."""
    wanted = rows(257)
    pose = unpack_257(wanted, 25.0, 224).attributes.pose
    assert pose is not None
    for row, matrix in zip(wanted, pose.matrix(), strict=True):
        rx, ry, rz = (about(axis, float(row[224 + axis])) for axis in range(3))
        points = torch.randn(4, 3)
        by_rows = points @ (rz @ ry @ rx).T
        assert torch.allclose(by_rows, points @ matrix.T, atol=1e-5)


def about(axis: int, angle: float) -> Tensor:
    """Rotation of columns about one axis, right-handed."""
    first, second = (axis + 1) % 3, (axis + 2) % 3
    matrix = torch.eye(3)
    matrix[first, first] = matrix[second, second] = math.cos(angle)
    matrix[second, first], matrix[first, second] = math.sin(angle), -math.sin(angle)
    return matrix


def test_a_reconstruction_is_drawn_where_deep3d_draws_it(face: BfmFace, acted: Subject) -> None:
    """1015 px, 112 px, 10 units, checked against the formula written out."""
    wanted = rows(257, 1)
    model = BfmFace(model="synthetic", camera="perspective")
    fit = model.fit_of(unpack_257(wanted, 25.0, 224))
    crop = attrs.evolve(acted.track.crop, height=224, width=224)
    track = attrs.evolve(cut(acted.track, 0, 1), crop=crop)
    subject = attrs.evolve(acted, fit=fit, track=track)
    geometry = model.geometry(fit.attributes, subject)
    found = geometry.camera.project(geometry.vertices)[0]
    pose = unpack_257(wanted, 25.0, 224).attributes.pose
    assert pose is not None
    shape = face.model.person(wanted[0, :80]) + face.model.moved(wanted[:, 80:144])[0]
    x, y, z = (shape @ pose.matrix()[0].T + wanted[0, 254:257]).unbind(-1)
    assert torch.allclose(found[:, 0], 112 + 1015 * x / (10 - z), atol=2e-2)
    assert torch.allclose(found[:, 1], 112 - 1015 * y / (10 - z), atol=2e-2)
    assert geometry.light is not None
    assert geometry.light.equal(wanted[0, 227:254])


def test_258_there_and_back(face: BfmFace) -> None:
    wanted, centre = rows(258), face.arrays.centre + torch.tensor([0.01, -0.02, 0.4])
    again = pack_258(unpack_258(wanted, 30.0, centre), centre)
    assert torch.allclose(again, wanted, atol=1e-4)


def test_258_is_drawn_where_facial_draws_it(face: BfmFace) -> None:
    """V' = s R V + t with the mean shape not recentred, px from the centre of a pixel."""
    wanted, centre = rows(258), face.arrays.centre
    found = unpack_258(wanted, 30.0, centre)
    pose = found.attributes.pose
    assert pose is not None
    assert pose.convention is PoseConvention.EULER_DEG_ORTHO
    original = face.model.mean + centre
    theirs = wanted[:, 3, None, None] * (original @ pose.matrix().mT) + wanted[:, None, 4:7]
    ours = wanted[:, 3, None, None] * (face.model.mean @ pose.matrix().mT)
    ours = ours[..., :2] + pose.translation[:, None, 1:]
    assert torch.allclose(ours, theirs[..., :2] + 0.5, atol=1e-3)


def test_one_clip_in_both_layouts(clip: Coefficients, face: BfmFace) -> None:
    first = unpack_257(pack_257(clip, 128), clip.attributes.fps, 128)
    second = unpack_258(pack_258(clip, face.arrays.centre), clip.attributes.fps, face.arrays.centre)
    for found in (first, second):
        a, b = found.attributes.pose, clip.attributes.pose
        assert a is not None
        assert b is not None
        assert torch.allclose(a.matrix(), b.matrix(), atol=1e-5)
        ortho = a.to(PoseConvention.EULER_DEG_ORTHO).translation
        assert torch.allclose(ortho, b.translation, atol=1e-3)
        assert found.texture.equal(clip.texture)
        assert found.identity.equal(clip.identity)


def test_other_rows_and_other_fits_are_refused(clip: Coefficients) -> None:
    with pytest.raises(InvalidValue, match="rows of 257 numbers, got \\[2, 71\\]"):
        unpack_257(torch.zeros(2, 71), 25.0, 224)
    with pytest.raises(InvalidValue, match="rows of 258"):
        unpack_258(torch.zeros(0, 258), 25.0, torch.zeros(3))
    with pytest.raises(InvalidValue, match="expression and pose"):
        pack_257(attrs.evolve(clip, attributes=FaceAttributes(25.0, blink=torch.zeros(2))), 224)
    with pytest.raises(InvalidValue, match="bfm-64"):
        pack_257(attrs.evolve(clip, attributes=attrs.evolve(clip.attributes, basis="x")), 224)
    bare = FaceFit("landmark-mesh", torch.zeros(3, 3), clip.attributes, torch.ones(2))
    with pytest.raises(InvalidValue, match="160 coefficients"):
        coefficients_of(bare)
