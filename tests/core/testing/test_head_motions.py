"""The kit finds head motions that are wrong."""

import attrs
import pytest
import torch

from visemix.core.contracts import Contract
from visemix.core.interfaces import HeadMotion
from visemix.core.testing.contracts import find_faults
from visemix.core.timeline import cut, length
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.features import AudioFeatures
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.subject import Subject
from visemix.core.windows import Step, Window

CONTRACT = Contract(
    "nod",
    "head_motion",
    consumes={"features": {"kind": "mfcc", "width": 12, "window": 28}},
    provides={"head": {"pose": "rotvec_px"}},
)


class Nod(HeadMotion):
    """Turns by the mean of the features."""

    window = Window(block=10, past=1, future=2)
    convention = PoseConvention.ROTVEC_PX

    def begin(self, subject: Subject, seed: int) -> object:
        return None

    def predict(self, features: AudioFeatures, state: object) -> Step[FaceAttributes]:
        inner = cut(features, 1, length(features) - 2)
        turned = inner.values.mean((1, 2))[:, None].expand(-1, 3).contiguous()
        pose = HeadPose(turned, 0 * turned, self.convention)
        return Step(FaceAttributes(features.fps, pose=pose), state)


class Other(Nod):
    convention = PoseConvention.EULER_RAD_PERSP


class Speaks(Nod):
    def predict(self, features: AudioFeatures, state: object) -> Step[FaceAttributes]:
        made = super().predict(features, state).output
        assert made.pose is not None
        return Step(attrs.evolve(made, expression=made.pose.rotation, basis="mouth-3"), state)


class Headless(Nod):
    def predict(self, features: AudioFeatures, state: object) -> Step[FaceAttributes]:
        made = super().predict(features, state).output
        return Step(attrs.evolve(made, pose=None, blink=torch.zeros(length(made))), state)


class Deaf(Nod):
    def predict(self, features: AudioFeatures, state: object) -> Step[FaceAttributes]:
        return super().predict(attrs.evolve(features, values=0 * features.values), state)


class Video(Nod):
    def begin(self, subject: Subject, seed: int) -> object:
        return subject.track.landmarks[1]


class Learns(Nod):
    def personalise(self, subject: Subject, features: AudioFeatures) -> HeadMotion:
        self.convention = PoseConvention.EULER_RAD_PERSP
        return self


def test_a_good_one_passes() -> None:
    assert find_faults("head_motion", Nod(), CONTRACT) == []


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        (Other(), "promises head.pose = rotvec_px, it makes euler_rad_persp"),
        (Speaks(), "it makes expression, which is not its business"),
        (Headless(), "it makes no pose"),
        (Deaf(), "other features give the same rotation"),
        (Video(), "photo"),
        (Learns(), "must leave the general part as it is"),
    ],
)
def test_what_is_wrong_is_found(part: HeadMotion, fault: str) -> None:
    assert any(fault in found for found in find_faults("head_motion", part, CONTRACT))
