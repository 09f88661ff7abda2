"""The kit finds refiners that are wrong."""

import pytest
import torch

from visemix.core.contracts import Contract
from visemix.core.interfaces import Refiner
from visemix.core.testing.contracts import find_faults
from visemix.core.timeline import length
from visemix.core.values.frames import Frames
from visemix.core.values.rendering import Shot
from visemix.core.values.subject import Picture, ReferenceFrames, Subject
from visemix.core.windows import Step, Window

CONTRACT = Contract("base", "refiner", consumes={"rendering": {"maps": {"all": ["triangle"]}}})


class Base(Refiner):
    """The first base frame, as it is."""

    window = Window(block=5)

    def begin(self, subject: Subject) -> object:
        return subject.frames

    def refine(self, shot: Shot, state: object) -> Step[Frames]:
        assert "triangle" in shot.rendering.maps
        frames: ReferenceFrames = state  # type: ignore[assignment]  # what begin gave
        pictures = [self.picture(frames[int(k)]) for k in shot.match.base.index[:, 0]]
        rgb = torch.stack([torch.from_numpy(p.copy()).permute(2, 0, 1) for p in pictures])
        return Step(Frames(rgb, shot.rendering.fps), state)

    def picture(self, picture: Picture) -> Picture:
        return picture


class Cropped(Base):
    def picture(self, picture: Picture) -> Picture:
        return picture[16:144, 32:160]


class Scribbling(Base):
    def picture(self, picture: Picture) -> Picture:
        picture[:4] = 0
        return picture


class Black(Base):
    def picture(self, picture: Picture) -> Picture:
        return picture * 0


class Greedy(Base):
    """Gives its past again."""

    window = Window(block=5, past=2)


class Fading(Base):
    """Gets darker with every call."""

    calls = 0

    def refine(self, shot: Shot, state: object) -> Step[Frames]:
        self.calls += 1
        made = super().refine(shot, state)
        return Step(Frames(made.output.rgb // self.calls, made.output.fps), state)


class VideoOnly(Base):
    def refine(self, shot: Shot, state: object) -> Step[Frames]:
        assert len(state) > length(shot), "too few frames"  # type: ignore[arg-type]  # as above
        return super().refine(shot, state)


def test_a_right_one_passes() -> None:
    assert find_faults("refiner", Base(), CONTRACT) == []


@pytest.mark.parametrize(
    ("refiner", "fault"),
    [
        (Cropped(), "frames must be (160, 192), the full picture; they are (128, 128)"),
        (Scribbling(), "read-only"),
        (Black(), "every pixel of every frame has the same colour"),
        (Greedy(), "a call with 2 + 1 + 0 frames must give 1 frames, it gave 3"),
        (Fading(), "the same input must give the same output"),
        (VideoOnly(), "refiner_photo: too few frames"),
    ],
    ids=lambda x: type(x).__name__,
)
def test_a_wrong_one_is_found(refiner: Refiner, fault: str) -> None:
    assert fault in " ".join(find_faults("refiner", refiner, CONTRACT))
