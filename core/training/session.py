"""All stages of a recipe, one after the other, linked by files."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs
from lightning.fabric import Fabric
from safetensors.torch import save_file

from visemix.core.errors import CheckpointError, TrainingError
from visemix.core.progress import Progress, Quiet
from visemix.core.training.checkpoint import read_tensors
from visemix.core.training.loop import Run, train_stage
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan, Trainable

WEIGHTS = "weights"
"""Folder, inside a run, of the finished weights: one safetensors file per kind of part."""

MACHINE = ("hardware", "python", "torch")
"""Entries of a lock that say where something was made, not what."""


@attrs.frozen(eq=False)
class Task:
    """One stage to train.

    Attributes:
        kind: of the part ("attribute_model", "refiner"), or a critic's name ("discriminators.0").
        stage: name of the stage.
        part: learns.
    """

    kind: str
    stage: str
    part: Trainable

    def folder(self, run: Path) -> Path:
        """Where this stage keeps its checkpoints."""
        return run / "stages" / f"{self.kind}.{self.stage}"


@attrs.frozen(eq=False)
class Session:
    """A run of ``visemix train``.

    Attributes:
        folder: everything is written below it.
        material: the prepared clips, and the parts that a stage may use.
        plan: seed, limits, loss weights; each stage gets its own part of it.
        fabric: devices, precision, processes.
        progress: who is told.
        save_every: steps between checkpoints.
        compiled: whether networks are compiled.
    """

    folder: Path
    material: Material
    plan: Plan
    fabric: Fabric
    progress: Progress = attrs.field(factory=Quiet)
    save_every: int = 200
    compiled: bool = False

    def train(self, tasks: Sequence[Task]) -> None:
        """Train what is not done yet; a finished stage's weights are taken from its file.

        Raises:
            TrainingError: a loss became infinite.
            CheckpointError: a checkpoint is damaged or of another recipe.
        """
        for task in tasks:
            done = task.folder(self.folder) / "done.json"
            if done.exists():
                self._take(task, json.loads(done.read_text()).get("partners", []))
                continue
            partners = self._train(task)
            if self.fabric.is_global_zero:
                for kind, part in {task.kind: task.part, **partners}.items():
                    save_part(self.folder, kind, part)
                done.write_text(json.dumps({"stage": task.stage, "partners": sorted(partners)}))
            self.fabric.barrier()

    def _take(self, task: Task, partners: Sequence[str]) -> None:
        load_part(self.folder, task.kind, task.part)
        for kind in partners:
            part = self.material.part(kind)
            assert isinstance(part, Trainable)
            load_part(self.folder, kind, part)
        self.progress.note(f"{task.stage}: finished earlier, taken as it is")

    def _train(self, task: Task) -> Mapping[str, Trainable]:
        plan = self.plan.of(task.stage)
        run = Run(
            task.folder(self.folder),
            self.fabric,
            plan,
            self.progress,
            self.save_every,
            self.compiled,
        )
        stage = task.part.stage(task.stage, self.material, plan)
        train_stage(stage, run)
        return stage.partners


def begin_run(folder: Path, resume: bool, lock: str) -> None:
    """Make the run's folder, or go on in it.

    Args:
        folder: of the run.
        resume: whether an existing run may be continued.
        lock: text that describes recipe, data and plan; a resumed run must have the same.

    Raises:
        TrainingError: a run is there and ``resume`` is off, or it is another recipe's.
    """
    path = folder / "recipe.lock"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(lock)
        part.replace(path)
        return
    if not resume:
        raise TrainingError(
            "there is a run in this folder already",
            where=folder,
            do="continue it with --resume, or choose another folder",
        )
    if _what_is_learned(path.read_text()) != _what_is_learned(lock):
        raise TrainingError(
            "the run in this folder was started with another recipe, seed or dataset",
            where=folder,
            do="start it as before (recipe.lock says how), or choose another folder",
        )


def _what_is_learned(lock: str) -> object:
    """A lock without what may change between the start of a run and its end: the machine."""
    try:
        data = json.loads(lock)
    except ValueError:
        return lock
    if not isinstance(data, dict):
        return data
    return {key: value for key, value in data.items() if key not in MACHINE}


def save_part(run: Path, kind: str, part: Trainable) -> None:
    """Write the finished weights of one part."""
    path = run / WEIGHTS / f"{kind}.safetensors"
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    # Copies: two names of the same memory cannot be stored.
    save_file({k: v.cpu().contiguous().clone() for k, v in part.weights().items()}, unfinished)
    unfinished.replace(path)


def load_part(run: Path, kind: str, part: Trainable) -> None:
    """Read what :func:`save_part` wrote.

    Raises:
        CheckpointError: missing, damaged, or of another network.
    """
    part.load_weights(read_tensors(run / WEIGHTS / f"{kind}.safetensors"))


def load_parts(run: Path, parts: Mapping[str, object]) -> list[str]:
    """Give every trainable part the weights that a run has for its kind; the kinds loaded.

    Raises:
        CheckpointError: the run has no finished weights, or they do not fit.
    """
    found = sorted((run / WEIGHTS).glob("*.safetensors"))
    kinds = [path.stem for path in found if isinstance(parts.get(path.stem), Trainable)]
    if not kinds:
        raise CheckpointError(
            "it holds no finished weights for a part of this recipe",
            where=run,
            do="finish the training with 'visemix train ... --resume', or name the run's folder",
        )
    for kind in kinds:
        part = parts[kind]
        assert isinstance(part, Trainable)
        load_part(run, kind, part)
    return kinds
