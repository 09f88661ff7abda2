"""Frechet distances of cases."""

import math
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from visemix.core.errors import CheckpointError
from visemix.core.judging.case import Case
from visemix.plugins.picture_metrics.frechet import (
    FrechetEfficientNet,
    FrechetInception,
    FrechetMetric,
)
from visemix.plugins.picture_metrics.inception import FidInception
from visemix.plugins.picture_metrics.moments import frechet_distance


class Colours(FrechetMetric):
    """Mean colours instead of a network."""

    def features(self, pictures: Tensor) -> Tensor:
        return pictures.mean((2, 3))


def test_features_of_all_clips_are_pooled(controls: dict[str, Case]) -> None:
    metric = Colours(4)
    one, two = (metric.observe(controls[name]) for name in ("still", "shuffled"))
    assert one.values["made"].shape == (19, 3) and one.values["made"].dtype == torch.float16
    assert one.note == "128 x 128 px, every 4. frame"
    both = [torch.cat((one.values[k], two.values[k])).double() for k in ("made", "real")]
    assert metric.conclude([one, two]) == pytest.approx(frechet_distance(*both))
    assert math.isnan(metric.conclude([]))


def test_controls_with_efficientnet(controls: dict[str, Case]) -> None:
    metric = FrechetEfficientNet(every=15)
    found = {name: metric.conclude([metric.observe(case)]) for name, case in controls.items()}
    assert found["ground-truth"] == pytest.approx(0, abs=1e-6)
    assert 0 < found["re-encoded"] < found["still"]


def test_controls_with_a_random_inception(controls: dict[str, Case], tmp_path: Path) -> None:
    torch.manual_seed(4)
    save_file(FidInception().state_dict(), tmp_path / "inception.safetensors")
    metric = FrechetInception(weights=str(tmp_path / "inception.safetensors"), every=25)
    seen = metric.observe(controls["ground-truth"])
    assert seen.values["made"].shape == (3, 2048)
    assert metric.conclude([seen]) == pytest.approx(0, abs=1e-6)
    assert metric.conclude([metric.observe(controls["still"])]) > 0


def test_fid_without_its_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="needs FID's Inception"):
        FrechetInception()
    with pytest.raises(CheckpointError, match="no such file"):
        FrechetInception(weights=str(tmp_path / "no.safetensors"))
