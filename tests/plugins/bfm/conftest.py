"""The made-up Basel model, and a clip of it whose numbers are all known."""

from collections.abc import Callable
from typing import Any

import attrs
import pytest
import torch

from visemix.core.testing.samples import SamplePlan, sample_subject
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.rendering import Crop
from visemix.core.values.subject import FaceFit, Subject
from visemix.plugins.bfm.model import BfmFace

FRAMES = 40
SIZE = 128
FPS = 25.0

Setting = Any
Build = Callable[..., BfmFace]


@pytest.fixture(scope="session")
def build() -> Build:
    def made(**settings: Setting) -> BfmFace:
        return BfmFace(model="synthetic", **settings)

    return made


@pytest.fixture
def face(build: Build) -> BfmFace:
    return build()


@pytest.fixture
def truth() -> FaceAttributes:
    """Someone who turns, speaks in the first two expressions, and blinks twice."""
    time = torch.arange(FRAMES) / FPS
    expression = torch.zeros(FRAMES, 64)
    expression[:, 0] = torch.sin(9 * time).clamp(min=0)
    expression[:, 1] = 0.4 * torch.sin(4 * time).clamp(min=0)
    expression[::4, :2] = 0
    angles = torch.stack((3 * torch.sin(time), 12 * torch.sin(2 * time), 4 * torch.cos(time)), 1)
    place = torch.stack((50 + 2 * time, 3 * torch.sin(time), -2 * time), 1)
    pose = HeadPose(angles, place, PoseConvention.EULER_DEG_ORTHO)
    blink = torch.zeros(FRAMES)
    blink[6:9] = blink[25:28] = 5.0
    return FaceAttributes(FPS, expression, "bfm-64", pose, blink)


@pytest.fixture
def acted(face: BfmFace, truth: FaceAttributes) -> Subject:
    """The made-up face with known identity, texture and light, tracked where it really is."""
    return acted_by(face, truth)


def acted_by(face: BfmFace, truth: FaceAttributes) -> Subject:
    """A clip of ``truth`` through a crop that is half of a frame of twice its size."""
    random = torch.Generator().manual_seed(7)
    identity, texture = (0.6 * torch.randn(80, generator=random) for _ in range(2))
    light = torch.zeros(27)
    light[[0, 9, 18]] = torch.tensor([0.35, 0.3, 0.25])
    light[[2, 11, 20]] = 0.1
    light[[3, 12, 21]] = 0.12
    neutral = face.model.person(identity)
    fit = FaceFit(
        face.model.name,
        neutral,
        truth,
        torch.cat((identity, texture)),
        face.model.colours(texture),
        light,
    )
    crop = Crop(torch.tensor([[0.5, 0.0, 0.0], [0.0, 0.5, 0.0]]), SIZE, SIZE)
    before = sample_subject(SamplePlan(frames=FRAMES))
    assert truth.blink is not None
    track = attrs.evolve(
        before.track, crop=crop, blink=truth.blink, found=torch.ones(FRAMES, dtype=torch.bool)
    )
    subject = attrs.evolve(before, fit=fit, track=track)
    landmarks = face.geometry(truth, subject).landmarks
    assert landmarks is not None
    return attrs.evolve(subject, track=attrs.evolve(track, landmarks=2 * landmarks))
