"""The kit finds attribute models that are wrong."""

import attrs
import pytest
import torch

from visemix.core.contracts import Contract
from visemix.core.interfaces import AttributeModel
from visemix.core.testing.contracts import find_faults
from visemix.core.timeline import cut, length
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.features import AudioFeatures
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.subject import Subject
from visemix.core.windows import Step, Window

CONTRACT = Contract(
    "mean",
    "attribute_model",
    consumes={"features": {"kind": "mfcc", "width": 12, "window": 28}},
    provides={"attributes": {"expression": "mouth-2", "pose": "rotvec_px"}},
)


class Mean(AttributeModel):
    """Mean of the features, smoothed over time by what it remembers."""

    window = Window(block=10, past=1, future=2)
    basis = "mouth-2"
    numbers = 2

    def begin(self, subject: Subject, seed: int) -> object:
        return torch.rand(1, generator=torch.Generator().manual_seed(seed))

    def predict(self, features: AudioFeatures, state: object) -> Step[FaceAttributes]:
        assert isinstance(state, torch.Tensor)
        means = [state]
        for now in cut(features, 1, length(features) - 2).values.mean((1, 2)):
            means.append(0.5 * means[-1] + 0.5 * now)
        return Step(self._attributes(torch.cat(means[1:])), means[-1])

    def _attributes(self, mean: torch.Tensor) -> FaceAttributes:
        zero = torch.zeros(len(mean), 3)
        pose = HeadPose(zero, zero, PoseConvention.ROTVEC_PX)
        return FaceAttributes(25.0, mean[:, None].repeat(1, self.numbers), self.basis, pose)


class OtherBasis(Mean):
    basis = "eyes-2"


class Wide(Mean):
    numbers = 5


class Forgetful(Mean):
    """Keeps its memory on itself."""

    def begin(self, subject: Subject, seed: int) -> object:
        self.memory = super().begin(subject, seed)
        return None

    def predict(self, features: AudioFeatures, state: object) -> Step[FaceAttributes]:
        made = super().predict(features, self.memory)
        self.memory = made.state
        return Step(made.output)


class Random(Mean):
    def begin(self, subject: Subject, seed: int) -> object:
        return torch.rand(1)


class TooLong(Mean):
    def predict(self, features: AudioFeatures, state: object) -> Step[FaceAttributes]:
        return super().predict(cut(features, 0, length(features) + 1), state)


class Headless(Mean):
    def predict(self, features: AudioFeatures, state: object) -> Step[FaceAttributes]:
        made = super().predict(features, state)
        return Step(attrs.evolve(made.output, pose=None), made.state)


class Overwriting(Mean):
    """Personalises itself instead of a copy."""

    bias = 0.0

    def personalise(self, subject: Subject, features: AudioFeatures) -> AttributeModel:
        self.bias += 1.0
        return self

    def _attributes(self, mean: torch.Tensor) -> FaceAttributes:
        return super()._attributes(mean + self.bias)


class Deaf(Mean):
    def _attributes(self, mean: torch.Tensor) -> FaceAttributes:
        return super()._attributes(torch.zeros_like(mean))


class NeedsSound(Mean):
    def begin(self, subject: Subject, seed: int) -> object:
        assert subject.audio is not None, "no sound"
        return super().begin(subject, seed)


def test_a_right_one_passes() -> None:
    assert find_faults("attribute_model", Mean(), CONTRACT) == []


@pytest.mark.parametrize(
    ("model", "fault"),
    [
        (OtherBasis(), "promises attributes.expression = mouth-2, it makes eyes-2"),
        (Wide(), "the basis 'mouth-2' has 2 numbers, it makes 5"),
        (Forgetful(), "two streams at once must not disturb each other"),
        (Random(), "the same input must give the same output"),
        (TooLong(), "a call with 1 + 1 + 2 frames must give 1 frames, it gave 2"),
        (Headless(), "promises attributes.pose, it makes none"),
        (Overwriting(), "personalise must leave the general model as it is"),
        (Deaf(), "other features give the same attributes"),
        (NeedsSound(), "model_photo: no sound"),
    ],
    ids=lambda x: type(x).__name__,
)
def test_a_wrong_one_is_found(model: AttributeModel, fault: str) -> None:
    assert fault in " ".join(find_faults("attribute_model", model, CONTRACT))
