"""Fine-tuning: few frames, few layers, few steps."""

from pathlib import Path
from typing import Any

import pytest
import torch
from lightning.fabric import Fabric

from visemix.core.subjects.few_frames import few_frames
from visemix.core.testing.sample_material import sample_material
from visemix.core.testing.samples import SamplePlan
from visemix.core.training.frame_batch import signed
from visemix.core.training.loop import Run, train_stage
from visemix.core.training.render_bank import render_bank
from visemix.core.training.stage import Plan, Shard
from visemix.plugins.rhythmic_head.generator.refiner import RhythmicGenerator
from visemix.plugins.rhythmic_head.generator.training import TUNED

TINY: dict[str, Any] = {
    **{"width": 4, "downs": 2, "adaptive": 2, "flow_downs": 1, "flow_blocks": 1},
    **{"norm": "instance", "perceptual": "none", "rate": 1e-3},
}
PLAN = Plan(weights={"l1": 1.0})
MATERIAL = sample_material(SamplePlan(frames=16))


@pytest.mark.parametrize(("references", "steps"), [(1, 20), (8, 40)])
def test_steps_are_twenty_or_five_per_reference(references: int, steps: int) -> None:
    refiner = RhythmicGenerator(**TINY, references=references)
    assert refiner.stage("fine-tune", MATERIAL, PLAN).steps == steps


def test_only_the_references_are_looked_at() -> None:
    refiner = RhythmicGenerator(**TINY, references=4, vary_references=False)
    stage = refiner.stage("fine-tune", MATERIAL, PLAN)
    bank = render_bank(MATERIAL.examples[0], MATERIAL.need_parts())
    few = signed(bank.real[few_frames(MATERIAL.examples[0].subject, 4)])
    targets = set()
    for step in range(4):
        shown = stage.batch(step, Shard()).to("cpu")
        for real, others in zip(shown.real, shown.known.pictures, strict=True):
            (target,) = (k for k in range(4) if torch.equal(real, few[k]))
            targets.add(target)
            places = [k for other in others for k in range(4) if torch.equal(other, few[k])]
            assert len(places) == 4 and target not in places
    assert targets == {0, 1, 2, 3}


def test_only_some_layers_change_and_all_learn_again_later(tmp_path: Path) -> None:
    refiner = RhythmicGenerator(**TINY, references=2)
    refiner.load_weights(refiner.weights())
    before = {name: value.clone() for name, value in refiner.weights().items()}
    stage = refiner.stage("fine-tune", MATERIAL, Plan(steps=2, weights={"l1": 1.0}))
    train_stage(stage, Run(tmp_path, Fabric(accelerator="cpu", devices=1), PLAN))
    network = stage.modules["generator"]
    changed = {
        name
        for name, value in network.named_parameters()
        if not torch.equal(before[name], value.detach())
    }
    assert changed
    assert all(set(TUNED) & set(name.split(".")) for name in changed)
    for layer in TUNED:
        assert any(layer in name.split(".") for name in changed)
    assert all(parameter.requires_grad for parameter in network.parameters())
