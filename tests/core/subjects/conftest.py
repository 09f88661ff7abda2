"""A subject without a person: every field is set, every picture another colour."""

import attrs
import numpy as np
import pytest
import torch
from torch import Tensor

from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.audio import Audio
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.rendering import Crop
from visemix.core.values.subject import AttributeStatistics, FaceFit, Picture, Subject
from visemix.core.values.track import Track

FRAMES = 7


@attrs.define
class PictureList:
    """Frames that are simply held."""

    pictures: list[Picture]
    height: int = 20
    width: int = 30

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> Picture:
        return self.pictures[index]


@pytest.fixture
def subject() -> Subject:
    generator = torch.Generator().manual_seed(4)

    def some(*shape: int) -> Tensor:
        return torch.rand(shape, generator=generator)

    pose = HeadPose(some(FRAMES, 3), some(FRAMES, 3), PoseConvention.EULER_DEG_ORTHO)
    attributes = FaceAttributes(
        fps=25.0, expression=some(FRAMES, 4), basis="test-4", pose=pose, blink=some(FRAMES)
    )
    track = Track(
        landmarks=some(FRAMES, 478, 3),
        found=torch.tensor([True] * 5 + [False, True]),
        blink=some(FRAMES),
        action_units=some(FRAMES, 5),
        crop=Crop(some(2, 3), 16, 16),
        fps=25.0,
        cut=torch.tensor([False] * 6 + [True]),
        faces=2,
    )
    statistics = AttributeStatistics(some(4), some(4), some(6), some(6), 0.4, 0.16)
    return Subject(
        name="jane",
        frames=PictureList([np.full((20, 30, 3), 30 * i, np.uint8) for i in range(FRAMES)]),
        track=track,
        fit=FaceFit("test", some(9, 3), attributes, light=some(27), error_px=0.5),
        statistics=statistics,
        audio=Audio(some(4480), 16_000),
        identity=some(8),
        digest="abc",
        notes=("the face was lost", "Ünïcode"),
    )
