"""Presence of action units, made against real."""

import math
import sys
from pathlib import Path

import attrs
import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score, f1_score

from visemix.core.errors import VisemixError
from visemix.core.judging.case import Case, Take
from visemix.core.testing.control_cases import sample_controls
from visemix.plugins.lip_metrics.action_units import ActionUnitAccuracy, ActionUnitF1, counted

UNITS = ("AU10", "AU14", "AU20", "AU25", "AU26")


@pytest.fixture(scope="module")
def controls() -> dict[str, Case]:
    return sample_controls()


def with_units(take: Take, units: torch.Tensor) -> Take:
    assert take.track is not None
    return attrs.evolve(take, track=attrs.evolve(take.track, action_units=units.float()))


def test_figures_are_scikit_learn_s(controls: dict[str, Case]) -> None:
    random = np.random.default_rng(7)
    made, real = (random.random((75, 5)) < 0.4 for _ in range(2))
    real_take = controls["ground-truth"].real
    takes = [with_units(real_take, 2.5 * torch.from_numpy(units)) for units in (made, real)]
    case = Case(takes[0], takes[1], real_take)
    assert case.real.track is not None
    seen = case.real.track.found.numpy()
    f1 = np.mean([f1_score(real[seen, k], made[seen, k]) for k in range(5)])
    share = np.mean([accuracy_score(real[seen, k], made[seen, k]) for k in range(5)])
    for metric, wanted in ((ActionUnitF1(), f1), (ActionUnitAccuracy(), share)):
        observed = metric.observe(case)
        assert float(observed.values["value"]) == pytest.approx(wanted, abs=1e-6)
        assert metric.conclude([observed]) == pytest.approx(wanted)
        assert int(observed.values["counts"].sum()) == 5 * int(seen.sum())
    assert observed.note.startswith(f"in the truth: AU10 {100 * real[seen, 0].mean():.0f} %")


def test_clips_are_counted_together_and_rare_units_left_out() -> None:
    yes, no = torch.ones(4, 5, dtype=torch.bool), torch.zeros(4, 5, dtype=torch.bool)
    rare = yes.clone()
    rare[:, 1] = False
    both = counted(rare, rare) + counted(no, rare)
    assert ActionUnitF1().figure(both) == pytest.approx(2 / 3)  # AU14 never occurs
    assert ActionUnitAccuracy().figure(both) == pytest.approx((4 * 0.5 + 1) / 5)
    assert math.isnan(ActionUnitF1().figure(counted(no, no)))


def test_controls_come_out_in_order(controls: dict[str, Case]) -> None:
    for metric in (ActionUnitF1(), ActionUnitAccuracy()):
        found = {name: metric.conclude([metric.observe(case)]) for name, case in controls.items()}
        assert found["ground-truth"] == 1
        assert found["re-encoded"] > max(found["still"], found["shuffled"])


@pytest.fixture
def filmed(controls: dict[str, Case], tmp_path: Path) -> Case:
    """The truth and a made video, as files."""
    case = controls["ground-truth"]
    takes = []
    for name in ("made", "real"):
        (tmp_path / f"{name}.mp4").write_bytes(b"")
        takes.append(attrs.evolve(case.real, file=tmp_path / f"{name}.mp4"))
    return Case(takes[0], takes[1], takes[1])


def table(path: Path, frames: int, present: str) -> None:
    """As OpenFace writes it; ``present`` has a digit for each unit."""
    names = ["frame", "face_id", "timestamp", "confidence", "success", *(f"{u}_c" for u in UNITS)]
    rows = [f"{k + 1}, 0, {k / 25:.2f}, 0.98, 1, {', '.join(present)}" for k in range(frames)]
    path.write_text("\n".join([", ".join(names), *rows]) + "\n")


def test_openface_s_tables_beside_the_videos(filmed: Case, tmp_path: Path) -> None:
    table(tmp_path / "made.openface.csv", 75, "11010")
    table(tmp_path / "real.openface.csv", 75, "11100")
    metric = ActionUnitF1(source="openface")
    observed = metric.observe(filmed)
    assert metric.conclude([observed]) == pytest.approx(2 / 4)  # AU26 never occurs
    assert "AU20 100 %" in observed.note


def test_openface_is_run_where_there_is_no_table(filmed: Case, tmp_path: Path) -> None:
    program = tmp_path / "FeatureExtraction"
    table(tmp_path / "table.csv", 75, "10110")
    program.write_text(
        f"#!{sys.executable}\n"
        "import shutil, sys\n"
        "assert sys.argv[1] == '-f' and sys.argv[5:] == ['-of', 'table', '-aus']\n"
        f"shutil.copy({str(tmp_path / 'table.csv')!r}, sys.argv[4] + '/table.csv')\n"
    )
    program.chmod(0o755)
    metric = ActionUnitAccuracy(source="openface", program=str(program))
    assert metric.conclude([metric.observe(filmed)]) == 1
    program.unlink()
    again = ActionUnitF1(source="openface", program=str(program))
    assert again.conclude([again.observe(filmed)]) == 1  # both metrics look once


def test_without_openface_it_says_what_to_do(filmed: Case) -> None:
    with pytest.raises(VisemixError, match=r"put made\.openface\.csv beside the video"):
        ActionUnitF1(source="openface", program="/no/such/program").observe(filmed)


def test_what_cannot_be_measured_has_a_note(controls: dict[str, Case]) -> None:
    case = controls["ground-truth"]
    seen = ActionUnitF1(source="openface").observe(case)
    assert math.isnan(float(seen.values["value"])) and "no video file" in seen.note
    faceless = attrs.evolve(case, made=attrs.evolve(case.made, track=None))
    lost = ActionUnitF1().observe(faceless)
    assert math.isnan(float(lost.values["value"])) and lost.note == "no face"
    assert math.isnan(ActionUnitF1().conclude([lost]))
