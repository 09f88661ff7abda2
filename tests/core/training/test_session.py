import json
from pathlib import Path

import pytest

from visemix.core.errors import TrainingError
from visemix.core.training.session import begin_run


def lock(**changes: object) -> str:
    return json.dumps({"recipe": {"name": "tiny"}, "seed": 0, "hardware": "two cores", **changes})


def test_a_run_begins_once(tmp_path: Path) -> None:
    begin_run(tmp_path / "run", resume=False, lock=lock())
    assert json.loads((tmp_path / "run" / "recipe.lock").read_text())["seed"] == 0
    with pytest.raises(TrainingError, match=r"there is a run .*--resume"):
        begin_run(tmp_path / "run", resume=False, lock=lock())


def test_a_run_goes_on_elsewhere_but_not_as_another(tmp_path: Path) -> None:
    begin_run(tmp_path, resume=False, lock=lock())
    begin_run(tmp_path, resume=True, lock=lock(hardware="sixteen cores and a GPU"))
    with pytest.raises(TrainingError, match="another recipe, seed or dataset"):
        begin_run(tmp_path, resume=True, lock=lock(seed=1))


def test_a_damaged_lock_is_another_run(tmp_path: Path) -> None:
    begin_run(tmp_path, resume=False, lock=lock())
    (tmp_path / "recipe.lock").write_text("{")
    with pytest.raises(TrainingError, match="another recipe"):
        begin_run(tmp_path, resume=True, lock=lock())
