import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import attrs
import pytest
import torch
from lightning.fabric import Fabric
from torch import Tensor, nn

from visemix.core.errors import TrainingError
from visemix.core.testing.sample_material import sample_material
from visemix.core.testing.samples import SamplePlan
from visemix.core.training.checkpoint import read_tensors
from visemix.core.training.dataset import Dataset
from visemix.core.training.material import Material
from visemix.core.training.session import Session, Task, begin_run
from visemix.core.training.stage import (
    Batch,
    Loss,
    LossBook,
    Modules,
    Plan,
    Shard,
    Stage,
    Trainable,
    Turn,
)


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


class Scale(Trainable):
    """One number, learned together with that of another part."""

    def __init__(self, value: float) -> None:
        self.value = nn.Linear(1, 1, bias=False)
        nn.init.constant_(self.value.weight, value)

    def stage(self, name: str, material: Material, plan: Plan) -> Stage:
        other = material.need_parts().attribute_model
        assert isinstance(other, Scale)
        return Together(self, other)

    def weights(self) -> dict[str, Tensor]:
        return {"value": self.value.weight.detach()}

    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        self.value.weight.data.copy_(weights["value"])


class Together(Stage):
    name, steps = "both", 3

    def __init__(self, own: Scale, other: Scale) -> None:
        self.modules = {"own": own.value, "other": other.value}
        both = [*own.value.parameters(), *other.value.parameters()]
        self.turns = [Turn("both", torch.optim.SGD(both, 0.1), self._losses)]
        self.partners = {"attribute_model": other}

    def batch(self, step: int, shard: Shard) -> Batch:
        return torch.ones(1, 1)

    def _losses(self, modules: Modules, batch: Batch) -> LossBook:
        made = modules["own"](modules["other"](batch))
        return {"error": Loss((made - 1).square().mean())}


def session(folder: Path, attribute_model: Scale) -> Session:
    parts = sample_material(SamplePlan(frames=2)).need_parts()
    together = attrs.evolve(parts, attribute_model=cast(Any, attribute_model))
    return Session(
        folder, Material(Dataset([]), together), Plan(), Fabric(accelerator="cpu", devices=1)
    )


def test_parts_that_learn_together_are_kept_and_taken_together(tmp_path: Path) -> None:
    own, other = Scale(0.5), Scale(0.5)
    session(tmp_path, other).train([Task("refiner", "both", own)])
    for kind, part in (("refiner", own), ("attribute_model", other)):
        stored = read_tensors(tmp_path / "weights" / f"{kind}.safetensors")
        assert torch.equal(stored["value"], part.value.weight)
        assert float(stored["value"]) > 0.55
    fresh_own, fresh_other = Scale(0.0), Scale(0.0)
    session(tmp_path, fresh_other).train([Task("refiner", "both", fresh_own)])
    assert torch.equal(fresh_own.value.weight, own.value.weight)
    assert torch.equal(fresh_other.value.weight, other.value.weight)


def test_a_stage_gets_its_own_steps_and_batch(tmp_path: Path) -> None:
    asked: list[Plan] = []

    class Asked(Scale):
        def stage(self, name: str, material: Material, plan: Plan) -> Stage:
            asked.append(plan)
            return super().stage(name, material, plan)

    own, other = Asked(0.5), Scale(0.5)
    plan = Plan(steps=2, batch=4, steps_of={"both": 9}, batch_of={"another": 8})
    attrs.evolve(session(tmp_path, other), plan=plan).train([Task("refiner", "both", own)])
    assert [(plan.steps, plan.batch) for plan in asked] == [(9, 4)]
