"""The kit finds trackers that are wrong."""

from collections.abc import Iterable

import numpy as np
import pytest
import torch

from visemix.core.contracts import Contract
from visemix.core.errors import FaceError, MediaError
from visemix.core.interfaces import FaceTracker
from visemix.core.testing.contracts import find_faults
from visemix.core.testing.samples import SamplePlan, sample_subject
from visemix.core.values.rendering import Crop
from visemix.core.values.subject import Picture
from visemix.core.values.track import Track

CONTRACT = Contract("skin", "tracker", provides={"track": {"layout": "corners"}})
FACE = sample_subject(SamplePlan(frames=1)).frames[0]


class SkinTracker(FaceTracker):
    """Two corners of everything that has the colour of the drawn face."""

    layout = "corners"
    shift = 0.0

    def track(self, pictures: Iterable[Picture], fps: float, face: int | None = None) -> Track:
        boxes = [self.look(picture) for picture in pictures]
        seen = [box for box in boxes if box is not None]
        if not seen or face:
            raise FaceError("there is no skin in it")
        points = torch.tensor([seen[0] if box is None else box for box in boxes])
        count = len(boxes)
        return Track(
            points.float() + self.shift,
            torch.tensor([box is not None for box in boxes]),
            torch.zeros(count),
            torch.zeros(count, 5),
            Crop.full(1000, 1000),
            fps,
            self.layout,
        )

    def look(self, picture: Picture) -> list[list[int]] | None:
        red, green, blue = (picture[..., k].astype(int) for k in range(3))
        skin = (red - green > 25) & (red - green < 60) & (green - blue > 10) & (green - blue < 35)
        if skin.mean() < 0.1 or skin[:10].any():
            return None
        y, x = np.nonzero(skin)
        return [[x.min(), y.min(), 0], [x.max(), y.max(), 0]]


class Hasty(SkinTracker):
    def track(self, pictures: Iterable[Picture], fps: float, face: int | None = None) -> Track:
        return super().track([next(iter(pictures))], fps, face)


class Twice(SkinTracker):
    def track(self, pictures: Iterable[Picture], fps: float, face: int | None = None) -> Track:
        _ = [self.look(picture) for picture in pictures]
        return super().track(pictures, fps, face)


class Everywhere(SkinTracker):
    def look(self, picture: Picture) -> list[list[int]] | None:
        return super().look(picture) or [[1, 1, 0], [2, 2, 0]]


class OtherError(SkinTracker):
    def track(self, pictures: Iterable[Picture], fps: float, face: int | None = None) -> Track:
        try:
            return super().track(pictures, fps, face)
        except FaceError as e:
            raise MediaError(e.what) from e


class Painter(SkinTracker):
    def look(self, picture: Picture) -> list[list[int]] | None:
        picture[0] = 0
        return super().look(picture)


class Elsewhere(SkinTracker):
    shift = 500.0


class OtherLayout(SkinTracker):
    layout = "dlib-68"


def test_a_right_one_passes() -> None:
    assert find_faults("tracker", SkinTracker(), CONTRACT, None, FACE) == []


@pytest.mark.parametrize(
    ("tracker", "fault"),
    [
        (Hasty(), "it must read every picture, it took 1"),
        (Twice(), "the pictures must be read once"),
        (Everywhere(), "1 pictures of a grey wall must raise FaceError"),
        (OtherError(), "tracker_without_face: MediaError: there is no skin in it"),
        (Painter(), "read-only"),
        (Elsewhere(), "most landmarks must lie in the picture"),
        (OtherLayout(), "promises track.layout = corners, it makes dlib-68"),
    ],
    ids=lambda x: type(x).__name__,
)
def test_a_wrong_one_is_found(tracker: FaceTracker, fault: str) -> None:
    assert fault in " ".join(find_faults("tracker", tracker, CONTRACT, None, FACE))


def test_without_a_portrait_faces_are_not_asked_for() -> None:
    assert find_faults("tracker", Elsewhere(), CONTRACT) == []
