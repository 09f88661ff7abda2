import pytest
import torch

from visemix.core.errors import InvalidValue
from visemix.core.timeline import cut, join, length, pick
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.audio import Audio
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.rendering import Rendering


def attributes(count: int) -> FaceAttributes:
    steps = torch.arange(float(count))
    pose = HeadPose(steps.repeat(3, 1).T, torch.ones(count, 3), PoseConvention.EULER_DEG_ORTHO)
    return FaceAttributes(fps=25.0, expression=steps.unsqueeze(1), pose=pose)


def numbers(value: FaceAttributes) -> list[float]:
    assert value.expression is not None
    assert value.pose is not None
    assert torch.equal(value.expression[:, 0], value.pose.rotation[:, 0])
    return value.expression[:, 0].tolist()


def test_cut_reaches_into_nested_values() -> None:
    assert numbers(cut(attributes(5), 1, 4)) == [1, 2, 3]


def test_cut_outside_repeats_the_edges() -> None:
    assert numbers(cut(attributes(3), -2, 5)) == [0, 0, 0, 1, 2, 2, 2]


def test_join_undoes_cut() -> None:
    whole = attributes(6)
    parts = [cut(whole, 0, 1), cut(whole, 1, 4), cut(whole, 4, 6)]
    assert numbers(join(parts)) == numbers(whole)


def test_pick_takes_frames_in_any_order() -> None:
    assert numbers(pick(attributes(4), torch.tensor([3, 0, 0]))) == [3, 0, 0]


def test_named_maps_are_cut_and_joined() -> None:
    rendering = Rendering(
        rgb=torch.zeros(4, 3, 2, 2),
        alpha=torch.zeros(4, 1, 2, 2),
        crop=torch.zeros(4, 2, 3),
        fps=25.0,
        maps={"depth": torch.arange(4.0).reshape(4, 1, 1, 1).expand(4, 1, 2, 2)},
    )
    again = join([cut(rendering, 2, 4), cut(rendering, 0, 1)])
    assert again.maps["depth"][:, 0, 0, 0].tolist() == [2, 3, 0]


def test_a_value_without_time_has_no_length() -> None:
    with pytest.raises(InvalidValue, match="no time axis"):
        length(Audio(torch.zeros(3), rate=16000))
