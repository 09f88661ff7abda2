"""The reference's own head motion, in blocks of any size."""

import attrs
import pytest
import torch

from visemix.core.errors import InvalidValue
from visemix.core.testing.samples import SamplePlan, sample_subject
from visemix.core.timeline import join
from visemix.plugins.audio2au.own_motion import OwnMotion


def test_it_goes_to_and_fro_without_a_jump() -> None:
    subject = sample_subject(SamplePlan(frames=30))
    motion = OwnMotion.of(subject)
    pieces = join([motion.at(0, 17), motion.at(17, 60)])
    whole = motion.at(0, 77)
    assert pieces.pose is not None and whole.pose is not None
    assert torch.equal(pieces.pose.rotation, whole.pose.rotation)
    seen = subject.fit.attributes.pose
    assert seen is not None
    largest = seen.rotation.diff(dim=0).abs().amax()
    assert bool((whole.pose.rotation.diff(dim=0).abs() <= largest + 1e-6).all())
    assert torch.equal(whole.pose.rotation[:30], seen.rotation)


def test_a_photo_stands_still() -> None:
    still = OwnMotion.of(sample_subject(SamplePlan(frames=1))).at(5, 20)
    assert still.pose is not None
    assert not still.pose.rotation.diff(dim=0).any()


def test_without_a_head_pose_there_is_none() -> None:
    subject = sample_subject()
    fit = attrs.evolve(subject.fit, attributes=attrs.evolve(subject.fit.attributes, pose=None))
    with pytest.raises(InvalidValue, match="no head pose"):
        OwnMotion.of(attrs.evolve(subject, fit=fit))
