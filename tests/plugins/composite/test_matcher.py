from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pytest
import torch

from visemix.core.errors import InvalidValue
from visemix.core.testing.sample_face_model import SampleFaceModel
from visemix.core.timeline import cut, join, length
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.pose import PoseConvention
from visemix.core.values.subject import Subject
from visemix.plugins.composite.fading import HALF
from visemix.plugins.composite.matcher import AHEAD, BLOCK, Begun, MotionMatcher
from visemix.plugins.composite.placing import SHIFT_LIMIT, TURN_LIMIT_DEG, mixed

MakeFlow = Callable[..., Any]


@pytest.mark.parametrize("follow", ["base", "attributes"])
def test_a_stream_gives_the_frames_of_a_file(
    make_flow: MakeFlow, person: Subject, wanted: Any, follow: str
) -> None:
    flow = make_flow(person, follow)
    whole = flow.match(wanted)
    pieces = [cut(wanted, k, min(k + 7, length(wanted))) for k in range(0, length(wanted), 7)]
    streamed = join(list(flow.matches(pieces)))
    for one, other in ((whole.base, streamed.base), (whole.mouth, streamed.mouth)):
        assert torch.equal(one.index, other.index)
        assert torch.equal(one.weight, other.weight)
    assert torch.equal(whole.attributes.expression, streamed.attributes.expression)


def test_on_the_base_the_head_is_the_base_frames_own(
    make_flow: MakeFlow, person: Subject, wanted: Any
) -> None:
    match = make_flow(person).match(wanted)
    own: Any = mixed(person.fit.attributes, match.base)
    torch.testing.assert_close(match.attributes.pose.rotation, own.pose.rotation)
    torch.testing.assert_close(match.attributes.blink, own.blink)
    assert match.face is None
    assert match.eyes is None


def test_on_the_base_the_mouth_is_as_wanted(
    make_flow: MakeFlow, person: Subject, wanted: Any
) -> None:
    match = make_flow(person).match(wanted)
    torch.testing.assert_close(
        match.attributes.expression[:, :2], wanted.expression[:, :2], atol=0.05, rtol=0
    )


def test_attributes_are_followed_to_the_letter(
    make_flow: MakeFlow, person: Subject, wanted: Any
) -> None:
    match = make_flow(person, "attributes").match(wanted)
    assert torch.equal(match.attributes.pose.rotation, wanted.pose.rotation)
    assert torch.equal(match.attributes.blink, wanted.blink)
    assert match.face is not None
    assert match.eyes is not None


def test_what_the_reference_did_is_found_in_it(make_flow: MakeFlow, person: Subject) -> None:
    done = cut(person.fit.attributes, 2, 34)
    match = make_flow(person, "attributes").match(done)
    for sources in (match.base, match.face, match.mouth, match.eyes):
        main = sources.index.gather(1, sources.weight.argmax(1, keepdim=True))[:, 0]
        assert (main - torch.arange(2, 34)).abs().float().mean() < 1


def test_the_base_plays_on(make_flow: MakeFlow, person: Subject, wanted: Any) -> None:
    match = make_flow(person).match(wanted)
    main = match.base.index.gather(1, match.base.weight.argmax(1, keepdim=True))[:, 0]
    steps = main.diff().abs()
    assert (steps == 1).float().mean() > 0.85, steps


@pytest.mark.parametrize("follow", ["base", "attributes"])
def test_frames_without_a_face_are_never_shown(
    make_flow: MakeFlow, person: Subject, wanted: Any, follow: str
) -> None:
    assert not person.track.found.all()
    match = make_flow(person, follow).match(wanted)
    layers = (match.base, match.face, match.mouth, match.eyes)
    for sources in [layer for layer in layers if layer is not None]:
        assert person.track.found[sources.index[sources.weight > 0]].all()


def test_nothing_is_blended_across_a_cut_of_neighbours(
    make_flow: MakeFlow, person: Subject, wanted: Any
) -> None:
    shots = torch.zeros_like(person.track.cut)
    shots[::9] = True
    subject = attrs.evolve(person, track=attrs.evolve(person.track, cut=shots))
    flow = make_flow(subject)
    match = flow.match(wanted)
    # A fade may mix the ends of two stretches that a jump joins, but it plays within each.
    assert match.gallery.cut.sum() >= int(shots.sum())
    stretch = np.cumsum(match.gallery.cut)
    for frame in range(1, length(wanted)):
        mixed_now = match.base.index[frame][match.base.weight[frame] > 0].tolist()
        assert len({int(stretch[i]) for i in mixed_now}) <= 3
        assert all(0 <= i < len(stretch) for i in mixed_now)


def test_what_is_carried_does_not_grow(person: Subject, wanted: Any) -> None:
    model = SampleFaceModel(person.fit.attributes)
    matcher = MotionMatcher()
    state: object = matcher.begin(person, model)
    view = cut(wanted, 0, BLOCK + AHEAD + HALF)
    for _ in range(5):
        state = matcher.match(view, state).state
        assert isinstance(state, Begun)
        assert [len(path.frame) for path in state.paths.values()] == [2 * HALF] * 2


def test_short_references(make_flow: MakeFlow, person: Subject, wanted: Any) -> None:
    for frames in (2, 3, 7):
        few = attrs.evolve(
            person,
            track=cut(person.track, 0, frames),
            fit=attrs.evolve(person.fit, attributes=cut(person.fit.attributes, 0, frames)),
        )
        match = make_flow(few).match(wanted)
        assert int(match.base.index.max()) < frames
        assert length(match) == length(wanted)


def test_a_photo_keeps_small_turns_and_blinks(
    make_flow: MakeFlow, photo: Subject, wanted: Any
) -> None:
    match = make_flow(photo).match(wanted)
    home: Any = photo.fit.attributes.pose
    turned = (match.attributes.pose.rotation - home.rotation).abs()
    assert 0.5 < float(turned.max()) < TURN_LIMIT_DEG
    assert torch.equal(match.attributes.blink, wanted.blink)
    assert torch.equal(match.attributes.expression, wanted.expression)
    assert not match.base.index.any()


def test_a_photo_stays_where_it_is(make_flow: MakeFlow, photo: Subject, wanted: Any) -> None:
    said = wanted.pose.to(PoseConvention.EULER_DEG_ORTHO)
    far = attrs.evolve(said, translation=said.translation + torch.tensor([20.0, 500.0, -500.0]))
    match = make_flow(photo).match(attrs.evolve(wanted, pose=far))
    pose: Any = photo.fit.attributes.pose
    home = pose.translation
    moved = (match.attributes.pose.translation - home)[:, 1:].abs() / home[:, :1] / 1.8
    assert float(moved.max()) <= SHIFT_LIMIT + 1e-4


def test_without_a_pose_a_photo_stands_still(
    make_flow: MakeFlow, photo: Subject, wanted: Any
) -> None:
    mute = FaceAttributes(wanted.fps, wanted.expression, wanted.basis)
    match = make_flow(photo).match(mute)
    home: Any = photo.fit.attributes.pose
    torch.testing.assert_close(match.attributes.pose.rotation, home.rotation.expand(60, 3))


def test_one_gallery_serves_many_videos(person: Subject) -> None:
    model = SampleFaceModel(person.fit.attributes)
    matcher = MotionMatcher()
    assert matcher.begin(person, model).gallery is matcher.begin(person, model).gallery


def test_another_way_to_follow() -> None:
    with pytest.raises(InvalidValue, match="expected base or attributes"):
        MotionMatcher("lips")
