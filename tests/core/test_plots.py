"""The pictures show what they should: more series, more ink; nothing to show, an error."""

from pathlib import Path

import attrs
import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from visemix.core.errors import InvalidValue, OutputError
from visemix.core.plots import attribute_curves, pose_traces
from visemix.core.testing.samples import SamplePlan, sample_attributes
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.pose import PoseConvention


def picture(path: Path) -> NDArray[np.int_]:
    read = cv2.imread(str(path))
    assert read is not None
    return read.astype(int)


def red(path: Path) -> int:
    """Pixels in the colour of the second series."""
    blue, green, full = picture(path).transpose(2, 0, 1)
    return int(((full - blue > 100) & (full - green > 100)).sum())


@pytest.fixture
def truth() -> FaceAttributes:
    return sample_attributes(SamplePlan(frames=300))


def test_curves_of_both_are_drawn(truth: FaceAttributes, tmp_path: Path) -> None:
    assert truth.expression is not None
    shifted = attrs.evolve(truth, expression=truth.expression + 0.5)
    attribute_curves({"real": truth}, tmp_path / "one.png")
    attribute_curves({"real": truth, "made": shifted}, tmp_path / "two.png")
    assert red(tmp_path / "one.png") == 0
    assert red(tmp_path / "two.png") > 500
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.png", "two.png"]


def test_each_kind_has_its_panel(truth: FaceAttributes, tmp_path: Path) -> None:
    attribute_curves({"real": truth}, tmp_path / "all.png", components=(0,))
    bare = attrs.evolve(truth, expression=None, pose=None)
    attribute_curves({"blinks": bare}, tmp_path / "blinks.png")
    heights = [picture(tmp_path / name).shape[0] for name in ("all.png", "blinks.png")]
    assert heights == [(130 * 5 + 80), 130 + 80]


def test_a_trace_map_has_a_row_per_series_and_a_column_per_piece(
    truth: FaceAttributes, tmp_path: Path
) -> None:
    pose_traces({"real": truth}, tmp_path / "one.png", seconds=4)
    pose_traces({"real": truth, "made": truth}, tmp_path / "two.png", seconds=6)
    assert picture(tmp_path / "one.png").shape[:2] == (190, 510)
    assert picture(tmp_path / "two.png").shape[:2] == (350, 360)


def test_conventions_make_no_difference(truth: FaceAttributes, tmp_path: Path) -> None:
    assert truth.pose is not None
    other = attrs.evolve(truth, pose=truth.pose.to(PoseConvention.ROTVEC_PX))
    pose_traces({"a": truth}, tmp_path / "a.png")
    pose_traces({"a": other}, tmp_path / "b.png")
    assert np.abs(picture(tmp_path / "a.png") - picture(tmp_path / "b.png")).mean() < 0.5


def test_nothing_to_draw_is_said(truth: FaceAttributes, tmp_path: Path) -> None:
    bare = FaceAttributes(25.0, latent=torch.zeros(3, 2))
    with pytest.raises(InvalidValue, match="no attributes to draw"):
        attribute_curves({"bare": bare}, tmp_path / "x.png")
    with pytest.raises(InvalidValue, match="no head pose to draw"):
        pose_traces({"bare": bare}, tmp_path / "x.png")
    with pytest.raises(InvalidValue, match="no head pose to draw"):
        pose_traces({}, tmp_path / "x.png")
    with pytest.raises(OutputError):
        pose_traces({"real": truth}, tmp_path / "missing" / "x.png")
    assert not list(tmp_path.iterdir())
