"""The calm shape of a person."""

import torch

from visemix.core.fitting.alignment import to_camera
from visemix.core.fitting.calm import calm_frames, inner_lip_gap
from visemix.core.tracked_face.neutral import frontalise
from visemix.core.values.subject import Subject


def test_calm_frames_have_closed_lips_and_open_eyes(subject: Subject) -> None:
    points = frontalise(to_camera(subject.track.landmarks, subject.track.crop)).points
    calm = calm_frames(points)
    assert len(calm) == 24
    blink = subject.fit.attributes.blink
    assert blink is not None
    assert float(blink[calm].max()) == 0
    gap = inner_lip_gap(points)
    assert float(gap[calm].max()) <= float(gap[blink == 0].quantile(0.25))


def test_size_and_place_are_canonical_whatever_the_picture(subject: Subject) -> None:
    points = to_camera(subject.track.landmarks, subject.track.crop)
    first, second = frontalise(points), frontalise(points * 3 + 50)
    torch.testing.assert_close(first.neutral, second.neutral, atol=1e-3, rtol=0)
    torch.testing.assert_close(first.alignment.scale * 3, second.alignment.scale, rtol=1e-3, atol=0)


def test_one_frame_is_its_own_neutral_shape(subject: Subject) -> None:
    points = to_camera(subject.track.landmarks, subject.track.crop)[:1]
    found = frontalise(points)
    torch.testing.assert_close(found.points[0], found.neutral, atol=1e-3, rtol=0)
