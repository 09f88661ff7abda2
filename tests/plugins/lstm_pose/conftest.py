from collections.abc import Callable

import pytest

from visemix.core.testing.samples import SamplePlan, sample_features, sample_subject
from visemix.core.training.dataset import Dataset, Example
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan
from visemix.plugins.lstm_pose.lessons import learn
from visemix.plugins.lstm_pose.model import LstmPose

ROWS, WIDTH = 9, 24
FRAMES = 120

Make = Callable[..., LstmPose]


def make_small(**settings: object) -> LstmPose:
    small = {
        "weights": "none",
        "width": WIDTH,
        "members": 2,
        "hidden": 8,
        "narrow": 6,
        "directions": 8,
        "personal_steps": 3,
    }
    return LstmPose(**{**small, **settings})  # type: ignore[arg-type]  # settings are checked below


@pytest.fixture(scope="session")
def example() -> Example:
    subject = sample_subject(SamplePlan(frames=FRAMES))
    return Example(subject, sample_features("moonshine", (FRAMES, ROWS, WIDTH), 25.0))


@pytest.fixture(scope="session")
def data(example: Example) -> Dataset:
    return Dataset([example, example])


@pytest.fixture
def small() -> Make:
    return make_small


@pytest.fixture
def trained(data: Dataset) -> LstmPose:
    model = make_small()
    learn(model.stage("general", Material(data), Plan(steps=4, batch=2)), seed=0)
    return model
