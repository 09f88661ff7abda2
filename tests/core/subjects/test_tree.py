import enum
from pathlib import Path

import attrs
import pytest
import torch
from safetensors.torch import load_file, save_file

from visemix.core.errors import InvalidValue
from visemix.core.shapes import Value
from visemix.core.subjects.tree import put_together, take_apart
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.pose import HeadPose, PoseConvention


def test_nested_values_and_enums() -> None:
    pose = HeadPose(torch.ones(2, 3), torch.zeros(2, 3), PoseConvention.ROTVEC_PX)
    tensors, plain = take_apart(FaceAttributes(fps=30.0, pose=pose, basis="b"), "a")
    assert sorted(tensors) == ["a.pose.rotation", "a.pose.translation"]
    assert plain["pose"] == {"convention": "rotvec_px"} and plain["blink"] is None
    back = put_together(FaceAttributes, tensors, plain, "a")
    assert back.pose is not None and back.pose.convention is PoseConvention.ROTVEC_PX
    assert torch.equal(back.pose.rotation, pose.rotation) and back.basis == "b"


def test_a_tensor_that_breaks_the_rules() -> None:
    attributes = FaceAttributes(fps=30.0, blink=torch.zeros(2))
    tensors, plain = take_apart(attributes, "a")
    tensors["a.blink"] += 9
    with pytest.raises(InvalidValue, match=r"FaceAttributes\.blink"):
        put_together(FaceAttributes, tensors, plain, "a")


def test_values_that_share_memory_can_be_stored(tmp_path: Path) -> None:
    units = torch.rand(2, 5)
    tensors, _ = take_apart(FaceAttributes(fps=25.0, action_units=units), "a")
    other, _ = take_apart(FaceAttributes(fps=25.0, action_units=units), "b")
    save_file(tensors | other, tmp_path / "both.safetensors")
    assert torch.equal(load_file(tmp_path / "both.safetensors")["b.action_units"], units)


class Colour(enum.Enum):
    RED = "red"


@attrs.frozen(eq=False)
class Odd(Value):
    colour: Colour
    thing: object = None


def test_what_cannot_be_stored_is_refused() -> None:
    with pytest.raises(InvalidValue, match="a set cannot be stored"):
        take_apart(Odd(Colour.RED, thing={1}), "odd")


@pytest.mark.parametrize("wrong", ["blue", None, 3])
def test_an_enum_without_that_member(wrong: object) -> None:
    if wrong is None:
        wrong = {}
    with pytest.raises(InvalidValue, match="expected one of red"):
        put_together(Odd, {}, {"colour": wrong, "thing": None}, "odd")
