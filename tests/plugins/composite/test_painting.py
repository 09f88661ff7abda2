"""Layers, moved heads, painted mouths and lids, pixel by pixel."""

import numpy as np
import pytest
from numpy.typing import NDArray

from visemix.core.fitting.canonical_mesh import canonical_mesh
from visemix.core.values.subject import Subject
from visemix.plugins.composite.face_mesh import face_mesh, smoothstep
from visemix.plugins.composite.folds import smooth_folds
from visemix.plugins.composite.head_motion import move_head
from visemix.plugins.composite.layers import Finish, Source, accumulate, resolve
from visemix.plugins.composite.lids import EYES, paint_lids
from visemix.plugins.composite.mouth_inside import Palette, opening, paint_mouth, strength
from visemix.plugins.composite.regions import CHIN_TIP, LIPS_INNER, STABLE
from visemix.plugins.composite.strip import Axis

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

TRIANGLES = np.array([[0, 1, 2], [1, 3, 2]], np.int32)
CORNERS = np.array([[2, 2], [27, 2], [2, 27], [27, 27]], np.float32)


def waves(height: int = 32, width: int = 32) -> Bytes:
    y, x = np.mgrid[:height, :width] / 5
    return (np.stack([np.sin(x), np.cos(y), np.sin(x + y)], -1) * 100 + 128).astype(np.uint8)


def drawn() -> tuple[NDArray[np.int32], Floats]:
    """Both triangles over pixels 2 to 27, the lower one first where they meet."""
    triangle = np.full((32, 32), -1, np.int32)
    shares = np.zeros((32, 32, 2), np.float32)
    for y in range(2, 28):
        for x in range(2, 28):
            u, v = (x - 2) / 25, (y - 2) / 25
            if u + v <= 1:
                triangle[y, x], shares[y, x] = 0, (1 - u - v, u)
            else:
                triangle[y, x], shares[y, x] = 1, (1 - v, u + v - 1)
    return triangle, shares


def laid(source: Source, out: Bytes, solid: float = 1.0) -> Bytes:
    triangle, shares = drawn()
    total = np.zeros((32, 32, 4), np.float32)
    accumulate(triangle, shares, TRIANGLES, source, total)
    full, none = np.ones(4, np.float32), np.zeros(4, np.float32)
    mask = np.full((32, 32), solid, np.float32)
    resolve(triangle, shares, TRIANGLES, total, Finish(total, full, mask, none), out)
    return out


def source(**changes: object) -> Source:
    whole = Source(waves(), CORNERS, np.ones(4, np.float32), np.zeros((4, 3), np.float32))
    return whole._replace(**changes)  # type: ignore[arg-type]  # one field each, of its type


def test_a_source_in_its_own_place_comes_back() -> None:
    out = laid(source(), np.zeros((32, 32, 3), np.uint8))
    np.testing.assert_allclose(out[2:28, 2:28].astype(int), waves()[2:28, 2:28], atol=1)
    assert not out[:2].any() and not out[:, 28:].any()


def test_a_source_is_moved_and_coloured() -> None:
    shift = np.full((4, 3), 20, np.float32)
    out = laid(source(at=CORNERS + np.array([1, 2], np.float32), shift=shift), waves())
    expected = np.clip(waves()[6:26, 5:25].astype(int) + 20, 0, 255)
    np.testing.assert_allclose(out[4:24, 4:24].astype(int), expected, atol=1)


def test_what_is_not_covered_stays() -> None:
    nothing = laid(source(weight=np.zeros(4, np.float32)), waves()[::-1].copy())
    assert np.array_equal(nothing, waves()[::-1])
    hidden = laid(source(), waves()[::-1].copy(), solid=0.0)
    assert np.array_equal(hidden, waves()[::-1])


@pytest.fixture(scope="module")
def face() -> Floats:
    """Landmarks of a face 200 px high in a picture of 320."""
    points = canonical_mesh().vertices.numpy() * np.array([1, -1, -1])
    points = points - (points.min(0) + points.max(0)) / 2
    height = np.linalg.norm(points[10] - points[CHIN_TIP])
    return np.asarray(points * 200 / height + np.array([160, 160, 0]), np.float32)


def test_a_head_that_does_not_move_is_the_frame_itself(face: Floats) -> None:
    frame, out = waves(320, 320), np.zeros((320, 320, 3), np.uint8)
    move_head(frame, face, face + 0.02, out)
    assert np.array_equal(out, frame)


def test_a_head_takes_its_surroundings_along_but_not_the_background(face: Floats) -> None:
    frame, out = waves(320, 320), np.zeros((320, 320, 3), np.uint8)
    small = (face - 160) * np.float32(0.5) + 160
    move_head(frame, small, small + np.array([4, 0, 0], np.float32), out)
    nose = small[4].astype(int)
    here = out[nose[1] - 9 : nose[1] + 9, nose[0] - 9 : nose[0] + 9].astype(int)
    there = frame[nose[1] - 9 : nose[1] + 9, nose[0] - 13 : nose[0] + 5].astype(int)
    assert np.abs(here - there).mean() < 2
    assert np.array_equal(out[:, :3], frame[:, :3])
    assert np.array_equal(out[-3:], frame[-3:])


def test_a_jaw_moves_alone(face: Floats) -> None:
    frame, out = waves(320, 320), np.zeros((320, 320, 3), np.uint8)
    target = face.copy()
    target[:, 1] += 8 * np.concatenate([face_mesh().jaw])
    target[list(STABLE), 1] = face[list(STABLE), 1]
    move_head(frame, face, target, out)
    eyes = int(face[33, 1])
    assert np.array_equal(out[: eyes - 30], frame[: eyes - 30])
    chin = face[CHIN_TIP].astype(int)
    assert not np.array_equal(out[chin[1] - 5 : chin[1] + 5], frame[chin[1] - 5 : chin[1] + 5])


def with_gap(face: Floats, px: float) -> Floats:
    opened = face.copy()
    lower = [95, 88, 178, 87, 14, 317, 402, 318, 324]
    upper = [191, 80, 81, 82, 13, 312, 311, 310, 415]
    opened[lower] = face[upper]
    opened[lower, 1] += px * np.sin(np.linspace(0.3, np.pi - 0.3, 9)).astype(np.float32)
    return opened


def test_an_open_mouth_is_painted_between_the_lips(face: Floats) -> None:
    shut, wide = with_gap(face, 0.5), with_gap(face, 25)
    palette = Palette(np.array([200, 190, 180], "f4"), np.array([40, 20, 20], "f4"))
    frame = np.full((320, 320, 3), 150, np.uint8)
    paint_mouth(frame, wide, np.full((320, 320, 3), 150, np.uint8), shut, palette)
    changed = (frame != 150).any(-1)
    y, x = changed.nonzero()
    box = wide[list(LIPS_INNER), :2]
    assert changed.sum() > 200
    assert x.min() > box[:, 0].min() - 3 and x.max() < box[:, 0].max() + 3
    assert y.min() > box[:, 1].min() - 3 and y.max() < box[:, 1].max() + 3
    middle = frame[int(wide[14, 1]) - 6, int(wide[14, 0])]
    assert middle.mean() < 80


def test_a_mouth_that_the_source_shows_is_left_alone(face: Floats) -> None:
    wide = with_gap(face, 25)
    assert strength(wide, wide) == 0
    assert strength(wide, with_gap(face, 0.5)) == 1
    assert opening(wide) > opening(face)
    frame = np.full((320, 320, 3), 150, np.uint8)
    paint_mouth(frame, wide, frame.copy(), wide, Palette.of(np.full((478, 3), 150, np.float32)))
    assert (frame == 150).all()


def with_lids(face: Floats, open_px: float) -> Floats:
    seen = face.copy()
    for eye in EYES:
        seen[list(eye.upper[1:-1])] = face[list(eye.lower[1:-1])]
        seen[list(eye.upper[1:-1]), 1] -= open_px
    return seen


def test_lids_close_over_the_eye_with_the_skin_above(face: Floats) -> None:
    opened, shut = with_lids(face, 12), with_lids(face, 1)
    picture = np.full((320, 320, 3), 150, np.uint8)
    for eye in EYES:
        middle = (opened[eye.high] + opened[eye.low]) / 2
        picture[
            int(middle[1]) - 4 : int(middle[1]) + 4, int(middle[0]) - 6 : int(middle[0]) + 6
        ] = 20
    frame = picture.copy()
    paint_lids(frame, shut, picture, opened)
    for eye in EYES:
        x, y = ((opened[eye.high] + opened[eye.low]) / 2)[:2].astype(int)
        assert picture[y, x].mean() == 20
        assert frame[y, x].mean() > 100
    same = picture.copy()
    paint_lids(same, opened, picture, opened)
    assert np.array_equal(same, picture)


def test_folds_are_blurred_and_nothing_else() -> None:
    triangle, shares = drawn()
    picture = waves()
    flat = picture.copy()
    smooth_folds(triangle, shares, TRIANGLES, CORNERS, flat)
    assert np.array_equal(flat, picture)
    apart = np.array([[0, 0], [25, 0], [0, 25], [25, 25], [80, 80], [120, 80], [80, 120]], "f4")
    torn = np.array([[0, 1, 2], [5, 4, 6]], np.int32)
    smooth_folds(triangle, shares, torn, apart, flat)
    changed = (flat != picture).any(-1)
    y, x = changed.nonzero()
    assert changed.any()
    assert (np.abs(x + y - 29) <= 2).all()


def test_an_axis_goes_there_and_back() -> None:
    marks = np.zeros((4, 3), np.float32)
    marks[1], marks[2] = (10, 20, 0), (40, 30, 0)
    axis = Axis.between(marks, 1, 2)
    at = np.array([[12, 25], [33, 21]], np.float32)
    uv = axis.uv(at)
    np.testing.assert_allclose(axis.px(uv[..., 0], uv[..., 1]), at, atol=1e-3)
    np.testing.assert_allclose(axis.uv(marks[[1, 2], :2]), [[0, 0], [1, 0]], atol=1e-5)


def test_regions_are_soft_and_where_they_should_be(person: Subject) -> None:
    mesh = face_mesh()
    for weights in (mesh.jaw, mesh.mouth, mesh.eyes, mesh.inside, mesh.tint):
        assert weights.shape == (478,)
        assert weights.min() >= 0 and weights.max() <= 1
    assert mesh.mouth[13] > 0.95 and mesh.jaw[CHIN_TIP] > 0.95
    assert mesh.mouth[[4, 10, 33, CHIN_TIP]].max() < 0.05
    assert mesh.eyes[[159, 386]].min() > 0.95
    assert mesh.inside[10] < 0.05 and mesh.inside[4] > 0.95
    assert smoothstep(np.array([-1, 0.5, 2], np.float32), 0, 1).tolist() == [0, 0.5, 1]
    assert mesh.triangles.max() < 468
