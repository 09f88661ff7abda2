"""The summary of a stage's losses."""

import json
from pathlib import Path

import pytest

from visemix.core.training.log import LossLog
from visemix.core.training.summary import LAST, read_summary, write_summary


def test_the_mean_over_the_last_steps(tmp_path: Path) -> None:
    with LossLog(tmp_path, 0) as log:
        for step in range(LAST + 50):
            log.write(step, "critic", {"accuracy real": float(step >= 100), "total": 2.0})
    write_summary(tmp_path)
    assert read_summary(tmp_path) == {"critic": {"accuracy real": 0.5, "total": 2.0}}
    about = json.loads((tmp_path / "summary.json").read_text())
    assert (about["first"], about["last"]) == (50, 149)


def test_a_stage_that_has_not_ended_has_none(tmp_path: Path) -> None:
    assert read_summary(tmp_path) == {}


def test_a_term_that_appears_now_and_then(tmp_path: Path) -> None:
    with LossLog(tmp_path, 0) as log:
        log.write(0, "critic", {"a": 1.0})
        log.write(1, "critic", {"a": 3.0, "rare": 7.0})
    write_summary(tmp_path)
    assert read_summary(tmp_path)["critic"] == {"a": pytest.approx(2.0), "rare": 7.0}
