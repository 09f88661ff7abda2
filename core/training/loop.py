"""The training loop: the same for a regression and for a GAN with five networks."""

import math
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import attrs
import torch
from lightning.fabric import Fabric
from torch import Tensor, nn

from visemix.core.errors import TrainingError
from visemix.core.progress import Progress, Quiet
from visemix.core.training.batch_norm import share_batch_norm
from visemix.core.training.batches import Batches, write_speed
from visemix.core.training.checkpoint import load_step, save_step, steps_in
from visemix.core.training.fast import fast
from visemix.core.training.log import LossLog
from visemix.core.training.stage import Plan, Shard, Stage, Turn, total
from visemix.core.training.summary import write_summary


@attrs.frozen(eq=False)
class Run:
    """Where and how a stage is trained.

    Attributes:
        folder: of this stage; checkpoints, losses and pictures go there.
        fabric: devices, precision, processes.
        plan: seed and limits.
        progress: who is told.
        save_every: steps between checkpoints.
        compiled: whether networks are compiled.
    """

    folder: Path
    fabric: Fabric
    plan: Plan
    progress: Progress = attrs.field(factory=Quiet)
    save_every: int = 200
    compiled: bool = False


def train_stage(stage: Stage, run: Run) -> None:
    """Train ``stage`` from its newest checkpoint (or from the start) to its last step.

    Raises:
        TrainingError: a loss is no longer a finite number.
        CheckpointError: the newest checkpoint does not fit.
    """
    modules = {name: _wrapped(module, run) for name, module in stage.modules.items()}
    for turn in stage.turns:
        run.fabric.setup_optimizers(turn.optimizer)
    start = _resume(stage, run)  # last: what optimizers remember has to lie where the weights do
    shard = Shard(run.fabric.global_rank, run.fabric.world_size)
    first = run.fabric.is_global_zero
    with (
        LossLog(run.folder, start) if first else nullcontext() as log,
        Batches(stage, start, shard, run.fabric.to_device) as batches,
    ):
        for step in _steps(stage, start, run):
            batch = batches.take(step)
            torch.manual_seed(run.plan.seed * 1_000_003 + step)  # the step decides: exact resume
            for turn in stage.turns:
                values = _take_turn(turn, modules, batch, step, run)
                if log is not None:
                    log.write(step, turn.name, values)
            ended = _ended(stage, step + 1, run)
            _save_when_due(stage, run, step + 1, log, ended=ended)
            if ended:
                break
        if first:
            write_speed(run.folder, batches.speed())
    if first:
        write_summary(run.folder)
    stage.finish()


def _steps(stage: Stage, start: int, run: Run) -> Iterator[int]:
    task = f"training {stage.name}"
    run.progress.begin(task, stage.steps)
    run.progress.advance(task, start)
    for step in range(start, start if start and _ended(stage, start, run) else stage.steps):
        yield step
        run.progress.advance(task, 1)
    run.progress.end(task)


def _ended(stage: Stage, done: int, run: Run) -> bool:
    """Whether the stage is over; all processes take the first one's answer."""
    enough = stage.review(done)
    if run.fabric.world_size > 1:
        enough = bool(run.fabric.broadcast(enough))
    return enough or done >= stage.steps


def _resume(stage: Stage, run: Run) -> int:
    done = steps_in(run.folder)
    if not done:
        return 0
    load_step(run.folder, stage, done[-1])
    return done[-1]


def _wrapped(module: nn.Module, run: Run) -> nn.Module:
    if not any(p.requires_grad for p in module.parameters()):
        return module.to(run.fabric.device)
    if run.fabric.world_size > 1:
        share_batch_norm(module)
    on_gpu = run.fabric.device.type == "cuda"
    return run.fabric.setup_module(fast(module, run.compiled, channels_last=on_gpu))


def _take_turn(
    turn: Turn, modules: dict[str, nn.Module], batch: object, step: int, run: Run
) -> dict[str, float]:
    if turn.rate is not None:
        for group in turn.optimizer.param_groups:
            base = group.setdefault("first_lr", group["lr"])
            group["lr"] = base * turn.rate(step)
    with run.fabric.autocast():
        book = turn.losses(modules, batch)
    loss = total(book)
    if loss.requires_grad:  # else it is not this network's time yet
        _learn(turn, loss, run.fabric)
    values = _read({name: term.value for name, term in book.items()} | {"total": loss}, run.fabric)
    if not math.isfinite(values["total"]):
        raise TrainingError(
            f"the loss of {turn.name} became {values['total']} at step {step}",
            where=run.folder,
            do="lower the learning rate or the weight of the term that grew (see losses.csv)",
        )
    return values


def _learn(turn: Turn, loss: Tensor, fabric: Fabric) -> None:
    turn.optimizer.zero_grad(set_to_none=True)
    fabric.backward(loss)
    if turn.clip > 0:
        parameters = [p for g in turn.optimizer.param_groups for p in g["params"]]
        torch.nn.utils.clip_grad_norm_(parameters, turn.clip)
    turn.optimizer.step()


def _read(terms: dict[str, Tensor], fabric: Fabric) -> dict[str, float]:
    """Means over all processes, so that a log says the same however many there are.

    All at once and after everything else of the turn: a GPU stands still while it is asked.
    """
    device = terms["total"].device
    numbers = torch.stack([term.detach().float().to(device) for term in terms.values()])
    if fabric.world_size > 1:
        mean = fabric.all_reduce(numbers, reduce_op="mean")
        assert isinstance(mean, Tensor)
        numbers = mean
    return dict(zip(terms, numbers.tolist(), strict=True))


def _save_when_due(stage: Stage, run: Run, done: int, log: LossLog | None, *, ended: bool) -> None:
    if done % run.save_every and not ended:
        return
    if log is not None:  # the first process
        save_step(run.folder, stage, done)
        picture = stage.picture()
        if picture is not None:
            log.picture(done, picture.cpu())
    run.fabric.barrier()
