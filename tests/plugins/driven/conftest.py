from pathlib import Path

import attrs
import pytest
import torch

from visemix.core.statistics import attribute_statistics
from visemix.core.testing.samples import SamplePlan, sample_subject
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.subject import Subject

BASIS = "lmk-pca-20"
PLAN = SamplePlan(basis=BASIS, expression=20)


@pytest.fixture
def person() -> Subject:
    """Who is driven."""
    return sample_subject(PLAN)


@pytest.fixture
def other(person: Subject) -> Subject:
    """Who drives: another face, twice as large, turned away, moving in another way."""
    frames = len(person.track.found)
    time = torch.arange(frames)[:, None] / 6
    angles = torch.cat((4 * time.sin(), 20 + 9 * (0.7 * time).cos(), 3 * time.cos()), 1)
    place = torch.cat((100 + 5 * time.sin(), 30 + 8 * time.cos(), -12 + 4 * time.sin()), 1)
    pose = HeadPose(angles, place, PoseConvention.EULER_DEG_ORTHO)
    said = 2 + torch.randn(frames, 20, generator=torch.Generator().manual_seed(0))
    seen = FaceAttributes(25.0, said, BASIS, pose, (2.5 * (1 + time.sin()))[:, 0].contiguous())
    fit = attrs.evolve(person.fit, attributes=seen)
    return attrs.evolve(person, fit=fit, statistics=attribute_statistics(fit, person.track))


@pytest.fixture
def clip(other: Subject, tmp_path: Path) -> Path:
    """The same as a folder."""
    other.save(tmp_path / "other")
    return tmp_path / "other"
