"""Learns one stage for a benchmark, of which nothing is kept but the weights."""

import tempfile
from pathlib import Path

from lightning.fabric import Fabric

from visemix.core.interfaces import Part
from visemix.core.training.loop import Run, train_stage
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan, Trainable

NEVER = 10**9
"""Steps between checkpoints: the folder is thrown away."""


def learn(part: Part | None, name: str, material: Material, plan: Plan) -> None:
    """Train ``part`` in place.

    Args:
        part: one that can be trained.
        name: of its stage.
        material: what it learns from.
        plan: steps, batch and preset.
    """
    assert isinstance(part, Trainable)
    with tempfile.TemporaryDirectory() as folder:
        fabric = Fabric(accelerator="auto", devices=1)
        run = Run(Path(folder), fabric, plan, save_every=NEVER)
        train_stage(part.stage(name, material, plan), run)
