"""A synthetic person whose shape, pose, expression and blinks are known exactly."""

import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.fitting.canonical_mesh import canonical_mesh
from visemix.core.tracked_face.expression import BASIS, expression_basis
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.rendering import Crop
from visemix.core.values.subject import AttributeStatistics, FaceFit, Picture, Subject
from visemix.core.values.track import Track
from visemix.plugins.landmark_mesh.model import MODEL, LandmarkMesh

FPS = 25.0
FRAMES = 120
SIZE = 256
BLINKS = (20, 60, 95)
"""First frames of three blinks of four frames each."""


class NoPictures:
    """Reference frames that nobody looks at."""

    height = 600
    width = 600

    def __len__(self) -> int:
        return 0

    def __getitem__(self, index: int) -> Picture:
        raise IndexError(index)


@pytest.fixture
def truth() -> FaceAttributes:
    """Someone who turns, speaks in the first three components, and blinks."""
    time = torch.arange(FRAMES) / FPS
    rates = torch.tensor([5.0, 7.0, 3.0, 1.3, 0.9, 0.7])
    waves = torch.sin(time[:, None] * rates + torch.arange(6))
    expression = torch.zeros(FRAMES, 64)
    expression[:, :3] = waves[:, :3] * expression_basis().spread[:3]
    blink = torch.zeros(FRAMES)
    for start in BLINKS:
        blink[start : start + 4] = 5.0
    translation = torch.stack((100 + 4 * waves[:, 3], 5 * waves[:, 4], 3 * waves[:, 5]), 1)
    pose = HeadPose(8 * waves[:, 3:], translation, PoseConvention.EULER_DEG_ORTHO)
    return FaceAttributes(FPS, expression, BASIS, pose, blink)


@pytest.fixture
def subject(truth: FaceAttributes) -> Subject:
    """The person with the true shape, seen through a crop that halves a 600 x 600 frame."""
    neutral = canonical_mesh().vertices * torch.tensor([1.06, 1.0, 0.97])
    crop = Crop(torch.tensor([[0.5, 0.0, -20.0], [0.0, 0.5, -10.0]]), SIZE, SIZE)
    assert truth.blink is not None
    unseen = Track(
        torch.zeros(FRAMES, 478, 3),
        torch.ones(FRAMES, dtype=torch.bool),
        truth.blink,
        torch.zeros(FRAMES, 5),
        crop,
        FPS,
    )
    fit = FaceFit(MODEL, neutral, truth, identity=torch.ones(2))
    zero, still = torch.zeros(64), torch.zeros(6)
    none = AttributeStatistics(zero, zero, still, still, 0.0, 0.0)
    person = Subject("synthetic", NoPictures(), unseen, fit, none)
    landmarks = LandmarkMesh().geometry(truth, person).landmarks
    assert landmarks is not None
    return attrs.evolve(person, track=attrs.evolve(unseen, landmarks=full_frame(landmarks, crop)))


def full_frame(landmarks: Tensor, crop: Crop) -> Tensor:
    """Landmarks in crop px [T, L, 3] as the tracker gives them."""
    return torch.cat(
        ((landmarks[..., :2] - crop.matrix[:, 2]) / crop.matrix[0, 0], landmarks[..., 2:] / 0.5), -1
    )


@pytest.fixture
def track(subject: Subject) -> Track:
    return subject.track
