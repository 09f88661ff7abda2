"""What every FaceTracker must do."""

from collections.abc import Iterator

import numpy as np
import torch

from visemix.core.errors import FaceError
from visemix.core.interfaces import FaceTracker
from visemix.core.testing.expectations import expect, expect_frames, expect_same
from visemix.core.testing.promise import Promise
from visemix.core.values.subject import Picture
from visemix.core.values.track import Track

FRAMES = 4
FPS = 25.0


class CountedPictures:
    """Pictures that can be read once, in order, and not be written into.

    Attributes:
        read: how many were taken.
    """

    def __init__(self, pictures: list[Picture]) -> None:
        self._pictures = pictures
        self.read = 0

    def __iter__(self) -> Iterator[Picture]:
        expect(self.read == 0, "the pictures must be read once, it starts again")
        for picture in self._pictures:
            self.read += 1
            shown = picture.view()
            shown.setflags(write=False)
            yield shown


def check_tracker_without_face(tracker: FaceTracker, promise: Promise) -> None:
    """A grey wall and noise have no face: FaceError says so."""
    del promise
    grey = np.full((96, 128, 3), 128, np.uint8)
    noise = np.random.default_rng(0).integers(0, 255, (96, 128, 3), np.uint8)
    for name, picture in (("a grey wall", grey), ("noise", noise)):
        for count in (1, FRAMES):
            shown = CountedPictures([picture] * count)
            what = f"{count} pictures of {name} must raise FaceError"
            _expect_face_error(tracker, shown, None, what)
            expect(shown.read == count, f"it must read every picture, it took {shown.read}")


def check_tracker_track(tracker: FaceTracker, promise: Promise) -> None:
    """One face in every picture: found, in the right place, the same every time."""
    if promise.face is None:
        return
    face = promise.face
    shown = CountedPictures([_darker(face, k) for k in range(FRAMES)])
    track = tracker.track(shown, FPS)
    expect_frames(track, FRAMES, f"{FRAMES} pictures")
    expect(shown.read == FRAMES, f"it must read every picture, it took {shown.read} of {FRAMES}")
    expect(bool(track.found.all()), "a face that is plainly seen was not found in every picture")
    expect(track.fps == FPS, f"pictures at {FPS} fps gave {track.fps} fps")
    promise.expect_kept("track", "layout", track.layout)
    _expect_inside(track, face)
    again = tracker.track([_darker(face, k) for k in range(FRAMES)], FPS)
    expect_same(again, track, "the same pictures must give the same track")


def check_tracker_photo(tracker: FaceTracker, promise: Promise) -> None:
    """One picture is enough; asking for the tenth face of one is an error."""
    if promise.face is None:
        return
    track = tracker.track([promise.face], FPS)
    expect_frames(track, 1, "one picture")
    expect(bool(track.found.all()), "a face that is plainly seen was not found in a photo")
    _expect_face_error(
        tracker, CountedPictures([promise.face]), 9, "face=9 of one face must raise FaceError"
    )


TRACKER_CHECKS = (check_tracker_without_face, check_tracker_track, check_tracker_photo)


def _expect_face_error(
    tracker: FaceTracker, pictures: CountedPictures, face: int | None, what: str
) -> None:
    try:
        tracker.track(pictures, FPS, face)
    except FaceError as e:
        expect(bool(e.what), f"{what} that says why")
        return
    expect(False, what)


def _expect_inside(track: Track, face: Picture) -> None:
    """Most points are in the picture, and all of them in the crop."""
    height, width = face.shape[:2]
    points = track.landmarks[..., :2]
    inside = (points >= 0).all(-1) & (points < torch.tensor([width, height])).all(-1)
    expect(float(inside.float().mean()) > 0.9, "most landmarks must lie in the picture, in px")
    matrix = track.crop.matrix
    cropped = points @ matrix[:, :2].T + matrix[:, 2]
    size = torch.tensor([track.crop.width, track.crop.height])
    within = (cropped >= 0).all(-1) & (cropped <= size).all(-1)
    expect(float(within.float().mean()) > 0.9, "the crop must hold the face")


def _darker(picture: Picture, step: int) -> Picture:
    return np.ascontiguousarray(picture - picture // 50 * np.uint8(step))
