"""SyncNet's numbers with weights that compare loudness with brightness."""

import math
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest
import torch

from visemix.core.errors import CheckpointError
from visemix.core.judging.case import Case, Take
from visemix.core.values.audio import Audio
from visemix.plugins.sync_metrics.av import AvConfidence, AvOffset, shifted_distances

Flashing = Callable[[int], Take]


@pytest.mark.parametrize("late", [0, 3, -4])
def test_the_offset_is_positive_when_the_sound_leads(
    late: int, flashing: Flashing, syncnet: Path
) -> None:
    take = flashing(late)
    seen = AvOffset(weights=str(syncnet)).observe(Case(take, take, take))
    assert float(seen.values["value"]) == -late
    assert seen.values["distance"].shape == (31,)
    assert int(seen.values["distance"].argmin()) == 15 + late


def test_distances_by_hand() -> None:
    lips = torch.zeros(2, 1024)
    lips[:, 0] = torch.tensor([3.0, 4.0])
    sound = torch.zeros(2, 1024)
    sound[:, 0] = torch.tensor([4.0, 7.0])
    found = shifted_distances(lips, sound)
    wanted = {14: (3 + 0) / 2, 15: (1 + 3) / 2, 16: (4 + 4) / 2, 0: (3 + 4) / 2}
    for place, distance in wanted.items():
        assert float(found[place]) == pytest.approx(distance, abs=1e-3)
    metric = object.__new__(AvOffset)
    assert metric._figure(found) == 1
    assert object.__new__(AvConfidence)._figure(found) == pytest.approx(3.5 - 1.5, abs=1e-3)


def test_both_metrics_look_once(
    flashing: Flashing, syncnet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = flashing(1)
    case = Case(take, take, take)
    AvOffset(weights=str(syncnet)).observe(case)
    second = AvConfidence(weights=str(syncnet))
    monkeypatch.setattr(AvConfidence, "_network", None)
    assert float(second.observe(case).values["value"]) > 0.5


def test_what_cannot_be_measured_has_a_note(flashing: Flashing, syncnet: Path) -> None:
    take = flashing(0)
    metric = AvOffset(weights=str(syncnet))
    short = Audio(torch.ones(640 * 5), 16_000)
    for changed, note in (
        ({"audio": None}, "no sound"),
        ({"audio": Audio(torch.zeros(48_000), 16_000)}, "silence"),
        ({"audio": short}, "shorter than 6 frames"),
        ({"track": None}, "no face"),
    ):
        seen = metric.observe(Case(attrs.evolve(take, **changed), take, take))
        assert math.isnan(float(seen.values["value"])) and seen.note == note


def test_without_weights_it_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="needs SyncNet's weights"):
        AvOffset()
    with pytest.raises(CheckpointError, match="no such file"):
        AvConfidence(weights=str(tmp_path / "no.safetensors"))
