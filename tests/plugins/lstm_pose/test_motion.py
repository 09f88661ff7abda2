import attrs
import torch

from visemix.core.testing.samples import SamplePlan, sample_subject
from visemix.plugins.lstm_pose.motion import Inertia, follow, pose_in, range_of, settled


def test_blocks_of_any_size_give_the_same() -> None:
    wanted = torch.randn(50, 6, generator=torch.Generator().manual_seed(0))
    first, inertia = follow(wanted[:13], Inertia.still())
    second, _ = follow(wanted[13:], inertia)
    assert torch.equal(torch.cat((first, second)), settled(wanted))


def test_it_settles_at_what_is_wanted() -> None:
    assert torch.allclose(settled(torch.ones(100, 6))[-1], torch.ones(6), atol=1e-4)


def test_the_persons_range_is_never_left() -> None:
    subject = sample_subject()
    extent = range_of(subject, 1.0)
    pose = pose_in(extent, 100 * torch.randn(200, 6, generator=torch.Generator().manual_seed(0)))
    numbers = torch.cat((pose.rotation, pose.translation), 1)
    assert bool((numbers >= extent.low - 1e-4).all() and (numbers <= extent.high + 1e-4).all())


def test_no_deviation_is_the_mean_pose() -> None:
    subject = sample_subject()
    pose = pose_in(range_of(subject, 1.0), torch.zeros(2, 6))
    found = subject.track.found
    assert subject.fit.attributes.pose is not None
    mean = subject.fit.attributes.pose.rotation[found].mean(0)
    assert torch.allclose(pose.rotation[1], mean, atol=1e-4)


def test_a_photo_moves_little_and_a_factor_of_zero_not_at_all() -> None:
    photo, watched = sample_subject(SamplePlan(frames=1)), sample_subject()
    small, wide = range_of(photo, 1.0), range_of(watched, 1.0)
    assert bool((small.std[:3] < wide.std[:3]).all()) and float(small.std.min()) > 0
    still = pose_in(range_of(watched, 0.0), 5 * torch.ones(3, 6))
    assert float(still.rotation.std(0).max()) < 1e-5


def test_lost_frames_do_not_count() -> None:
    subject = sample_subject()
    pose = subject.fit.attributes.pose
    assert pose is not None
    rotation = pose.rotation.clone()
    rotation[~subject.track.found] = 80.0
    attributes = attrs.evolve(subject.fit.attributes, pose=attrs.evolve(pose, rotation=rotation))
    wild = attrs.evolve(subject, fit=attrs.evolve(subject.fit, attributes=attributes))
    assert float(range_of(wild, 1.0).high[:3].max()) < 30
