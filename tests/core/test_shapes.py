import pytest
import torch

from visemix.core.errors import InvalidValue
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.audio import Audio
from visemix.core.values.frames import Frames
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.rendering import Rendering


def test_wrong_dtype_names_field_and_both_types() -> None:
    with pytest.raises(InvalidValue, match=r"Frames.rgb: expected torch.uint8, got torch.float32"):
        Frames(torch.zeros(1, 3, 2, 2), fps=25.0)


def test_wrong_shape_prints_shapes_and_no_tensor() -> None:
    with pytest.raises(InvalidValue) as caught:
        Frames(torch.zeros(1, 4, 2, 2, dtype=torch.uint8), fps=25.0)
    assert str(caught.value) == "Frames.rgb: expected shape [T 3 H W] with T = 1, got [1, 4, 2, 2]."
    with pytest.raises(InvalidValue, match=r"expected shape \[S\]"):
        Audio(torch.zeros(2, 100), rate=16000)


@pytest.mark.parametrize("bad", [1.5, float("nan"), float("inf")])
def test_numbers_outside_the_range_are_refused(bad: float) -> None:
    with pytest.raises(InvalidValue, match=r"Audio.samples"):
        Audio(torch.tensor([0.0, bad]), rate=16000)


@pytest.mark.parametrize("rate", [0, -1])
def test_rate_must_be_positive(rate: int) -> None:
    with pytest.raises(InvalidValue, match=r"Audio.rate: expected a number above zero"):
        Audio(torch.zeros(3), rate=rate)


def test_dimensions_of_one_name_agree_across_fields() -> None:
    with pytest.raises(InvalidValue, match=r"FaceAttributes.blink: .*T = 3"):
        FaceAttributes(fps=25.0, expression=torch.zeros(3, 8), blink=torch.zeros(4))


def test_nested_values_have_the_same_number_of_frames() -> None:
    pose = HeadPose(torch.zeros(4, 3), torch.ones(4, 3), PoseConvention.EULER_DEG_ORTHO)
    with pytest.raises(InvalidValue, match=r"FaceAttributes.pose: expected 3 frames, got 4"):
        FaceAttributes(fps=25.0, expression=torch.zeros(3, 8), pose=pose)


def test_maps_of_a_rendering_have_its_size() -> None:
    with pytest.raises(InvalidValue, match=r"maps\['depth'\]: expected \[2, C, 4, 5\]"):
        Rendering(
            rgb=torch.zeros(2, 3, 4, 5),
            alpha=torch.zeros(2, 1, 4, 5),
            crop=torch.zeros(2, 2, 3),
            fps=25.0,
            maps={"depth": torch.zeros(2, 1, 4, 4)},
        )


def test_values_are_frozen() -> None:
    audio = Audio(torch.zeros(3), rate=16000)
    with pytest.raises(AttributeError):
        audio.rate = 8000  # type: ignore[misc]  # this is what the test is about
