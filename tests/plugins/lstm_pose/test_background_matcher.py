"""BackgroundMatcher: the paper's step 3, block by block."""

import math

import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.compositing.paste import heaviest
from visemix.core.errors import InvalidValue
from visemix.core.testing.sample_face_model import SampleFaceModel
from visemix.core.testing.samples import SamplePlan, sample_subject
from visemix.core.timeline import cut, join, pick
from visemix.core.values.attributes import FaceAttributes, Match
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.subject import Subject
from visemix.core.windows import Windowed
from visemix.plugins.lstm_pose.background_matcher import BackgroundMatcher

FRAMES = 300


def posed(roll: Tensor, yaw: Tensor | None = None) -> FaceAttributes:
    yaw = torch.zeros_like(roll) if yaw is None else yaw
    rotation = torch.stack((torch.zeros_like(roll), yaw, roll), 1)
    place = torch.tensor([49.0, 0.0, 0.0]).expand(len(roll), 3)
    return FaceAttributes(25.0, pose=HeadPose(rotation, place, PoseConvention.EULER_DEG_ORTHO))


@pytest.fixture(scope="module")
def subject() -> Subject:
    """Who sways from side to side in 100 frames, a degree a frame, and never loses the face."""
    made = sample_subject(SamplePlan(frames=FRAMES))
    assert made.fit.attributes.pose is not None
    swaying = posed(25 * (torch.arange(FRAMES) * 2 * math.pi / 100).sin())
    fit = attrs.evolve(made.fit, attributes=attrs.evolve(made.fit.attributes, pose=swaying.pose))
    found = torch.ones(FRAMES, dtype=torch.bool)
    return attrs.evolve(made, fit=fit, track=attrs.evolve(made.track, found=found))


def matched(matcher: BackgroundMatcher, wanted: FaceAttributes, subject: Subject) -> Match:
    begun = matcher.begin(subject, SampleFaceModel(sample_subject().fit.attributes))
    return join(list(Windowed(matcher.window, matcher.match, begun).run([wanted])))


def index_of(matcher: BackgroundMatcher, wanted: FaceAttributes, subject: Subject) -> Tensor:
    return heaviest(matched(matcher, wanted, subject).base)


def sway(frames: int, period: float = 100, height: float = 20) -> Tensor:
    return height * (torch.arange(frames) * 2 * math.pi / period).sin()


def test_the_head_turns_when_it_should(subject: Subject) -> None:
    wanted = posed(sway(FRAMES))
    match = matched(BackgroundMatcher(block=FRAMES), wanted, subject)
    assert wanted.pose is not None and match.attributes.pose is not None
    off = match.attributes.pose.rotation[:, 2] - wanted.pose.rotation[:, 2]
    assert float(off.abs().mean()) < 4  # linear in time between keyframes, sway is not
    steps = heaviest(match.base).diff()
    assert int(steps.abs().max()) <= 1


def test_the_pose_is_that_of_the_chosen_frame(subject: Subject) -> None:
    wanted = posed(sway(FRAMES, 63))
    match = matched(BackgroundMatcher(), wanted, subject)
    assert subject.fit.attributes.pose is not None and match.attributes.pose is not None
    own = pick(subject.fit.attributes.pose, heaviest(match.base))
    assert torch.equal(match.attributes.pose.rotation, own.rotation)
    assert torch.equal(match.attributes.pose.translation, own.translation)


def test_the_convention_is_kept(subject: Subject) -> None:
    wanted = posed(sway(40))
    assert wanted.pose is not None
    in_radians = attrs.evolve(wanted, pose=wanted.pose.to(PoseConvention.EULER_RAD_PERSP))
    first = matched(BackgroundMatcher(), wanted, subject)
    second = matched(BackgroundMatcher(), in_radians, subject)
    assert torch.equal(first.base.index, second.base.index)
    assert second.attributes.pose is not None
    assert second.attributes.pose.convention is PoseConvention.EULER_RAD_PERSP


@pytest.mark.parametrize("speed", [0.0, 0.5, 1.0, 2.0])
def test_no_faster_than_allowed(speed: float, subject: Subject) -> None:
    wanted = posed(sway(200, 31), sway(200, 47))
    index = index_of(BackgroundMatcher(speed=speed), wanted, subject)
    for gap in (10, 50):
        passed = (index[gap:] - index[:-gap]).abs().max()
        assert int(passed) <= speed * gap + 1


def test_the_axis_decides_where_keyframes_are(subject: Subject) -> None:
    turning = posed(torch.zeros(100), sway(100, 40))
    rolling = index_of(BackgroundMatcher(keyframe_axis="roll"), turning, subject)
    yawing = index_of(BackgroundMatcher(keyframe_axis="yaw"), turning, subject)
    assert rolling.diff().diff().abs().max() <= 1  # no keyframe but the ends: one straight line
    assert len(rolling) == len(yawing) == 100


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 7])
def test_short_sound(frames: int, subject: Subject) -> None:
    match = matched(BackgroundMatcher(), posed(sway(frames)), subject)
    assert len(match.base.index) == frames
    assert int(heaviest(match.base)[0]) % 50 in (0, 1, 49)  # the head is upright there


def test_blocks_go_on_where_the_last_ended(subject: Subject) -> None:
    wanted = posed(sway(FRAMES, 80))
    whole = index_of(BackgroundMatcher(block=FRAMES), wanted, subject)
    blocks = index_of(BackgroundMatcher(block=60), wanted, subject)
    assert int(blocks.diff().abs().max()) <= 1
    one = posed(sway(60, 80))
    assert torch.equal(index_of(BackgroundMatcher(block=60), one, subject)[:50], blocks[:50])
    assert float((whole - blocks).abs().float().median()) < 60


def test_no_shot_is_left(subject: Subject) -> None:
    shots = torch.zeros(FRAMES, dtype=torch.bool)
    shots[[20, 130]] = True
    in_shots = attrs.evolve(subject, track=attrs.evolve(subject.track, cut=shots))
    wanted = posed(sway(FRAMES, 70, 25))
    index = index_of(BackgroundMatcher(speed=3.0), wanted, in_shots)
    number = torch.bucketize(index, torch.tensor([20, 130]), right=True)
    assert len(set(number.tolist())) == 1
    assert int(number[0]) != 0  # less than two seconds: nothing could go on in it


def test_lost_frames_are_not_shown() -> None:
    own = sample_subject()  # lost in frames 40 to 42
    wanted = join([cut(own.fit.attributes, 20, 75), cut(own.fit.attributes, 0, 60)])
    index = index_of(BackgroundMatcher(speed=5.0), wanted, own)
    assert not set(index.tolist()) & {40, 41, 42}


def test_replay(subject: Subject) -> None:
    match = matched(BackgroundMatcher("replay"), posed(sway(400, 13)), subject)
    index = heaviest(match.base)
    assert torch.equal(index[:FRAMES], torch.arange(FRAMES))
    assert torch.equal(index[FRAMES:], torch.arange(FRAMES - 2, FRAMES - 102, -1))
    assert match.attributes.pose is not None and subject.fit.attributes.pose is not None
    own = pick(subject.fit.attributes.pose, index)
    assert torch.equal(match.attributes.pose.rotation, own.rotation)


def test_without_a_wanted_pose_the_head_is_still(subject: Subject) -> None:
    wanted = cut(sample_subject().fit.attributes, 0, 40)
    match = matched(BackgroundMatcher(), attrs.evolve(wanted, pose=None), subject)
    assert len(set(heaviest(match.base).tolist())) == 1
    assert match.attributes.pose is not None
    assert float(match.attributes.pose.rotation.abs().max()) < 2


def test_a_photo() -> None:
    photo = sample_subject(SamplePlan(frames=1))
    for mode in ("keyframes", "replay"):
        index = index_of(BackgroundMatcher(mode), posed(sway(150, 20)), photo)
        assert index.tolist() == [0] * 150


def test_a_reference_at_another_rate(subject: Subject) -> None:
    slow = attrs.evolve(subject, track=attrs.evolve(subject.track, fps=12.5))
    index = index_of(BackgroundMatcher("replay"), posed(sway(8)), slow)
    assert index.tolist() == [0, 1, 1, 2, 2, 3, 3, 4]


@pytest.mark.parametrize("change", [{"mode": "mirror"}, {"keyframe_axis": "nod"}])
def test_misuse(change: dict[str, str]) -> None:
    with pytest.raises(InvalidValue, match="expected"):
        BackgroundMatcher(**change)  # type: ignore[arg-type]  # as a careless caller would


def test_a_subject_without_a_pose(subject: Subject) -> None:
    fit = attrs.evolve(subject.fit, attributes=attrs.evolve(subject.fit.attributes, pose=None))
    with pytest.raises(InvalidValue, match="no head pose"):
        BackgroundMatcher().begin(
            attrs.evolve(subject, fit=fit), SampleFaceModel(sample_subject().fit.attributes)
        )
