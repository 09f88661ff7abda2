"""Alignment on five points."""

import attrs
import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.subjects.alignment import POINTS, Aligned, similarity
from visemix.core.testing.samples import sample_features, sample_subject
from visemix.core.training.aligned_bank import aligned_bank
from visemix.core.training.dataset import Example
from visemix.core.training.frame_batches import starts
from visemix.core.values.subject import Subject
from visemix.core.values.track import Track


@pytest.fixture(scope="module")
def subject() -> Subject:
    return sample_subject()


def seen(track: Track, crops: Tensor) -> Tensor:
    points = track.landmarks[:, list(POINTS), :2]
    return points @ crops[:, :, :2].mT + crops[:, None, :, 2]


def test_a_turned_and_scaled_mean_face_is_put_back_exactly() -> None:
    wanted = Aligned().points()
    angle = torch.tensor(0.3, dtype=torch.float64)
    turn = 2.5 * torch.stack((angle.cos(), -angle.sin(), angle.sin(), angle.cos())).reshape(2, 2)
    source = (wanted @ turn.T + torch.tensor([40.0, -7.0]))[None]
    found = similarity(source, wanted)
    torch.testing.assert_close(source @ found[:, :, :2].mT + found[:, None, :, 2], wanted[None])


def test_no_mirroring_however_the_points_lie() -> None:
    wanted = Aligned().points()
    mirrored = (wanted * torch.tensor([-1.0, 1.0]))[None]
    assert float(torch.linalg.det(similarity(mirrored, wanted)[0, :, :2])) > 0


def test_points_that_coincide_are_refused() -> None:
    with pytest.raises(InvalidValue, match="lie on one another"):
        similarity(torch.ones(1, 5, 2, dtype=torch.float64), Aligned().points())


def test_a_clip_s_points_lie_on_those_of_the_mean_face(subject: Subject) -> None:
    aligned = Aligned(ahead=0)
    found = seen(subject.track, aligned.crops(subject.track))
    error = (found - aligned.points()).norm(dim=-1).mean()
    assert float(error) < 5  # a similarity cannot make one person's face another's


def test_the_mean_face_is_symmetric_and_grows_with_the_height() -> None:
    points = Aligned().points()
    torch.testing.assert_close(96 - points[[0, 4, 3], 0], points[[0, 1, 2], 0])
    torch.testing.assert_close(Aligned(64, 48).points(), points / 2)
    square = Aligned(112, 112).points()
    assert float(square[0, 0]) == 56


def test_landmarks_are_averaged_over_the_next_frames_of_the_same_shot(subject: Subject) -> None:
    cut = torch.zeros(75, dtype=torch.bool)
    cut[10] = True
    track = attrs.evolve(subject.track, cut=cut)
    mean = track.landmarks[7:10].mean(0, keepdim=True)
    alone = attrs.evolve(
        track,
        **{name: getattr(track, name)[:1] for name in ("found", "blink", "action_units", "cut")},
        landmarks=mean,
    )
    torch.testing.assert_close(Aligned().crops(track)[7], Aligned().crops(alone)[0])
    torch.testing.assert_close(Aligned().crops(track)[-1], Aligned(ahead=0).crops(track)[-1])


def test_averaging_steadies_the_crop(subject: Subject) -> None:
    noise = torch.randn(subject.track.landmarks.shape, generator=torch.Generator().manual_seed(0))
    track = attrs.evolve(subject.track, landmarks=subject.track.landmarks + noise)
    steady, shaky = (Aligned(ahead=n).crops(track)[..., 2].diff(dim=0).abs().mean() for n in (6, 0))
    assert float(steady) < 0.5 * float(shaky)


def test_other_landmarks_are_refused(subject: Subject) -> None:
    with pytest.raises(InvalidValue, match="mediapipe-478"):
        Aligned().crops(attrs.evolve(subject.track, layout="dlib-68"))


def test_the_picture_shows_what_the_crop_says() -> None:
    picture = np.zeros((200, 300, 3), np.uint8)
    cv2.circle(picture, (150, 100), 8, (255, 255, 255), -1)
    crop = torch.tensor([[0.5, 0.0, -27.0], [0.0, 0.5, 14.0]])  # (150.5, 100.5) to (48.25, 64.25)
    made = Aligned().picture(picture, crop)[..., 0].astype(float)
    assert made.shape == (128, 96)
    rows, columns = np.nonzero(made > 127)
    assert float(rows.mean()) + 0.5 == pytest.approx(64.25, abs=0.3)
    assert float(columns.mean()) + 0.5 == pytest.approx(48.25, abs=0.3)


def test_a_bank_holds_every_frame_aligned(subject: Subject) -> None:
    example = Example(subject, sample_features("raw", (75, 1, 8), 25.0))
    bank = aligned_bank(example, Aligned(64, 48))
    assert bank.real.shape == (75, 3, 64, 48)
    crops = Aligned(64, 48).crops(subject.track)
    made = Aligned(64, 48).picture(subject.frames[30], crops[30])
    assert torch.equal(bank.real[30].permute(1, 2, 0), torch.from_numpy(made))
    assert 30 in starts(bank, 10) and 35 not in starts(bank, 10)  # lost from frame 40 on
