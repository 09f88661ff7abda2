"""How fast a recipe's refiner learns, against a plain PyTorch loop of the same networks and losses.

    python -m benchmarks.training RECIPE [--set KEY=VALUE ...] [--precision bf16-mixed] [--compile]

The plain loop: float32, default memory layout, nothing compiled, each batch cut out and moved when
it is needed, losses read after every turn. Ours: ``visemix train`` with the same stage. Both begin
with WARM steps that do not count; the figure is pictures made per second over the median step. Busy
is the share of the time in which ours did not wait for a batch. With one thread on a CPU the
process's own time is counted, so that other work on the machine does not matter.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

import attrs
import torch
from lightning.fabric import Fabric

from benchmarks.clips import CLIPS
from benchmarks.composite import Halves
from benchmarks.refiners import RESULTS, halves, name_of
from visemix.core.pipeline import reference_features
from visemix.core.progress import Quiet
from visemix.core.training.batches import read_speed
from visemix.core.training.dataset import Dataset, Example
from visemix.core.training.frame_batch import FrameBatch
from visemix.core.training.loop import Run, train_stage
from visemix.core.training.stage import Plan, Shard, Stage, Trainable, total
from visemix.registry.build import build
from visemix.registry.commands.train import material_of, plan_of
from visemix.registry.hardware import hardware_line

WARM = 5


class Clock(Quiet):
    """Notes when every step is over."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def advance(self, task: str, steps: int) -> None:
        self.times.append(_now())


@attrs.frozen
class Pace:
    """How fast a loop was.

    Attributes:
        images_per_s: pictures made per second.
        busy: share of the time not spent on waiting for batches; None where it always waits.
    """

    images_per_s: float
    busy: float | None = None


def plain(stage: Stage, steps: int, device: torch.device) -> Pace:
    """The loop as anybody writes it first."""
    modules = {name: module.to(device) for name, module in stage.modules.items()}
    clock, images = Clock(), 0
    for step in range(WARM + steps):
        batch = stage.batch(step, Shard()).to("cpu").to(device)
        images = _images(batch)
        for turn in stage.turns:
            loss = total(turn.losses(modules, batch))
            turn.optimizer.zero_grad()
            torch.autograd.backward([loss])
            turn.optimizer.step()
            float(loss.detach())
        clock.advance("", 1)
    return Pace(images / _median(clock.times))


def ours(stage: Stage, steps: int, fabric: Fabric, *, compiled: bool) -> Pace:
    """``visemix train``'s loop."""
    stage.steps = WARM + steps
    clock = Clock()
    images = _images(stage.batch(0, Shard()).to("cpu"))
    with tempfile.TemporaryDirectory() as name:
        run = Run(Path(name), fabric, Plan(), clock, save_every=10**9, compiled=compiled)
        train_stage(stage, run)
        busy = read_speed(Path(name)).busy
    return Pace(images / _median(clock.times[1:]), busy)  # the first call says where it starts


def _median(times: Sequence[float]) -> float:
    spent = [b - a for a, b in pairwise(times)]
    return statistics.median(spent[WARM - 1 :])


def _images(batch: FrameBatch) -> int:
    return batch.real.shape[0] * batch.real.shape[1]


def _now() -> float:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    elif torch.get_num_threads() == 1:
        return time.process_time()
    return time.perf_counter()


def stages(args: argparse.Namespace) -> Callable[[], Stage]:
    """Makes the recipe's first refiner stage, fresh every time."""
    path = next(clip.path for clip in CLIPS if clip.name == args.clip)
    half: Halves = halves(build(args.recipe, args.overrides), path, args.frames)

    def make() -> Stage:
        built = build(args.recipe, args.overrides, training=True)
        refiner, chosen = built.parts.refiner, built.resolved.part("refiner")
        assert isinstance(refiner, Trainable) and chosen is not None
        features = reference_features(built.parts.audio_encoder, half.subject)
        material = material_of(built, Dataset([Example(half.subject, features)]))
        return refiner.stage(chosen.contract.stages[0], material, plan_of(built, None))

    return make


def main(arguments: Sequence[str] | None = None) -> None:
    args = _arguments(arguments)
    make = stages(args)
    fabric = Fabric(accelerator=args.accelerator, devices=1, precision=args.precision)
    slow = plain(make(), args.steps, fabric.device)
    fast = ours(make(), args.steps, fabric, compiled=args.compile)
    how = f"{args.precision}{', compiled' if args.compile else ''}"
    print(hardware_line(), f"| {torch.get_num_threads()} threads | {args.recipe}")
    print(f"plain loop          {slow.images_per_s:9.2f} images/s")
    print(f"visemix ({how}) {fast.images_per_s:9.2f} images/s, busy {fast.busy:.4f}")
    print(f"factor              {fast.images_per_s / slow.images_per_s:9.2f}")
    if args.keep:
        found = {"hardware": hardware_line(), "threads": torch.get_num_threads()}
        _keep(args, {**found, "how": how, "plain": attrs.asdict(slow), "ours": attrs.asdict(fast)})


def _keep(args: argparse.Namespace, row: dict[str, object]) -> None:
    path = RESULTS / f"{date.today():%Y-%m-%d}-training.json"
    rows = json.loads(path.read_text()) if path.exists() else {}
    rows[f"{name_of(args.recipe)} {' '.join(args.overrides)}".strip()] = row
    path.write_text(json.dumps(rows, indent=1) + "\n")
    print(f"kept in {path}")


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe")
    parser.add_argument("--clip", default="vlogger", choices=[clip.name for clip in CLIPS])
    parser.add_argument("--frames", type=int, default=60, help="to learn from")
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--set", dest="overrides", action="append", default=[])
    parser.add_argument("--accelerator", default="auto")
    parser.add_argument("--precision", default="32-true")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--keep", action="store_true", help="write benchmarks/results")
    return parser.parse_args(given)


if __name__ == "__main__":
    main()
