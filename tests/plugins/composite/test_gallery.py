import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from visemix.core.testing.samples import LOST
from visemix.core.values.subject import Picture, Subject
from visemix.plugins.composite import head_pictures
from visemix.plugins.composite.colours import ColourModel, colours_of
from visemix.plugins.composite.features import Features, Shape, distances
from visemix.plugins.composite.gallery import Gallery, to_frame
from visemix.plugins.composite.head_pictures import Cutout, HeadPictures


class Coloured:
    """Frames whose colour says where one is."""

    height, width = 90, 120

    def __len__(self) -> int:
        return 30

    def __getitem__(self, index: int) -> Picture:
        y, x = np.mgrid[:90, :120]
        return np.stack([2 * x, 2 * y, np.full_like(x, 5 * index)], -1).astype(np.uint8)


def square(count: int = 30) -> NDArray[np.float32]:
    """Landmarks in a box of the frame, 30 to 90 px across and 20 to 70 px down."""
    u = np.random.default_rng(0).uniform(0, 1, (478, 3))
    points = np.array([30, 20, 0]) + u * np.array([60, 50, 10])
    points[10, :2], points[152, :2] = (60, 20), (60, 70)
    return np.repeat(points[None], count, 0).astype(np.float32)


def test_cutouts_show_the_frame_and_say_where() -> None:
    marks = square()
    heads = HeadPictures(Coloured(), marks)
    seen = heads[4]
    h, w = seen.picture.shape[:2]
    original = Coloured()[4][seen.top : seen.top + h, seen.left : seen.left + w]
    assert np.abs(seen.picture.astype(int) - original).max() <= 4
    assert seen.left < marks[..., 0].min() and seen.left + w > marks[..., 0].max()
    again = heads[4]
    assert again.picture is seen.picture


def test_cutouts_read_again_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head_pictures, "DECODED_BYTES", 40_000)
    heads = HeadPictures(Coloured(), square())
    first = [heads[i].picture.copy() for i in range(20)]
    assert all(np.array_equal(heads[i].picture, first[i]) for i in range(20))


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head_pictures, "DECODED_BYTES", 40_000)
    monkeypatch.setattr(head_pictures, "ENCODED_BYTES", 10_000)
    heads = HeadPictures(Coloured(), square())
    for i in range(30):
        heads[i]
    kept = [sum(item.nbytes for item in store.values()) for store in heads._stores]
    assert 0 < kept[0] <= 40_000
    assert 0 < kept[1] <= 10_000


def test_colours_are_read_at_the_landmarks() -> None:
    marks = square()[0]
    seen = colours_of(Cutout(Coloured()[3][10:80, 20:100], 20, 10), marks)
    np.testing.assert_allclose(seen[:, 0], 2 * (marks[:, 0] - 0.5), atol=4)
    np.testing.assert_allclose(seen[:, 1], 2 * (marks[:, 1] - 0.5), atol=4)
    np.testing.assert_allclose(seen[:, 2], 15, atol=1)


def features(count: int) -> Features:
    rng = np.random.default_rng(1)
    parts = [rng.normal(size=(count, size)).astype(np.float32) for size in (45, 45, 150, 126)]
    return Features(*parts)


def test_colours_follow_what_the_face_does() -> None:
    seen = features(400)
    light = np.random.default_rng(2).normal(size=(321, 9))
    z = seen.all()
    # light depends on the leading components only, as on a real face
    basis = np.linalg.svd(z - z.mean(0), full_matrices=False)[2][:5]
    colours = ((z @ basis.T @ basis @ light).reshape(400, 3, 3)[:, [0, 1, 2]] + 100).astype("f4")
    colours = np.repeat(colours, 160, 1)[:, :478]
    model = ColourModel.fit(seen, colours)
    assert np.abs(model(seen) - colours).mean() < 0.5 * np.abs(colours - colours.mean(0)).mean()


def test_a_reference_shorter_than_a_second_has_constant_colours() -> None:
    seen = features(8)
    colours = np.random.default_rng(3).uniform(0, 255, (8, 478, 3)).astype(np.float32)
    model = ColourModel.fit(seen, colours)
    np.testing.assert_allclose(model(seen), np.repeat(colours.mean(0)[None], 8, 0), atol=0.1)


def test_lost_frames_are_of_no_use_and_cut_off(person: Subject) -> None:
    gallery = Gallery.of(person)
    assert (~gallery.usable).nonzero()[0].tolist() == list(LOST)
    assert gallery.cut.nonzero()[0].tolist() == [LOST.start, LOST.stop]
    assert len(gallery) == len(person.frames)


def test_the_mouth_is_the_same_wherever_the_head_is(person: Subject) -> None:
    marks = person.track.landmarks.numpy()[person.track.found.numpy()]
    shape = Shape.of(marks)
    moved = (1.7 * marks[:3] + np.array([40, -20, 5])).astype(np.float32)
    here, there = shape.describe(marks[:3]), shape.describe(moved)
    np.testing.assert_allclose(here.mouth, there.mouth, atol=0.02)
    np.testing.assert_allclose(here.turn, there.turn, atol=0.05)
    assert np.abs(here.pose - there.pose).max() > 1


def test_distances_are_euclidean() -> None:
    rng = np.random.default_rng(4)
    a, b = (rng.normal(size=(n, 7)).astype(np.float32) for n in (3, 5))
    expected = np.linalg.norm(a[:, None] - b[None], axis=-1)
    np.testing.assert_allclose(distances(a, b), expected, atol=1e-5)


def test_landmarks_go_back_to_the_frame() -> None:
    crop = torch.tensor([[[0.5, 0.0, -10.0], [0.0, 0.5, 4.0]]])
    points = torch.tensor([[[30.0, 40.0, 3.0]]])
    flat = points[..., :2] @ crop[:, :, :2].mT + crop[:, None, :, 2]
    seen = torch.cat((flat, points[..., 2:] * 0.5), -1)
    torch.testing.assert_close(to_frame(seen, crop), points)
