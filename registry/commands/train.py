"""``visemix train``: a prepared dataset -> the weights of a recipe's parts."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from visemix.core.errors import TrainingError
from visemix.registry.commands import COMMANDS
from visemix.registry.find_recipe import DEFAULT
from visemix.registry.terminal import add_json, add_set, say, say_json

if TYPE_CHECKING:
    from visemix.core.training.dataset import Dataset
    from visemix.core.training.material import Material
    from visemix.core.training.session import Task
    from visemix.core.training.stage import Plan
    from visemix.registry.build import Built
    from visemix.registry.terminal import Subparsers


def add_parser(subparsers: "Subparsers") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("train", help=COMMANDS["train"])
    parser.add_argument("--recipe", default=DEFAULT, help="a recipe's name or a YAML file")
    parser.add_argument(
        "--data", type=Path, required=True, help="folder that 'visemix prepare' wrote"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of this run")
    parser.add_argument("--resume", action="store_true", help="go on with the run in that folder")
    parser.add_argument("--stage", metavar="NAME", help="train this stage only")
    parser.add_argument("--seed", type=int, help="replaces the recipe's")
    parser.add_argument("--accelerator", default="auto", help="auto, cpu, cuda (default: auto)")
    parser.add_argument("--devices", type=int, default=1, help="processes or GPUs (default: 1)")
    parser.add_argument("--precision", default="32-true", help="32-true, bf16-mixed, ...")
    parser.add_argument("--compile", action="store_true", help="compile the networks (long runs)")
    parser.add_argument("--save-every", type=int, default=200, help="steps between checkpoints")
    add_set(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Run it."""
    from lightning.fabric import Fabric

    from visemix.core.training.dataset import load_dataset
    from visemix.core.training.session import Session, begin_run
    from visemix.registry.build import build
    from visemix.registry.features import FeatureMaker, feature_key
    from visemix.registry.progress_bar import ProgressBar

    built = build(args.recipe, args.overrides, training=True)
    tasks = tasks_of(built, args.stage)
    data = load_dataset(args.data, FeatureMaker(built.parts.audio_encoder), feature_key(built))
    plan = plan_of(built, args.seed)
    fabric = Fabric(accelerator=args.accelerator, devices=args.devices, precision=args.precision)
    smallest = min((b for b in (plan.batch, *plan.batch_of.values()) if b), default=0)
    if 0 < smallest < fabric.world_size:
        what = f"{fabric.world_size} processes cannot share a batch of {smallest}"
        raise TrainingError(what, where="training.batch", do="use a larger batch")
    fabric.launch()
    if fabric.is_global_zero:
        digests = [example.subject.digest for example in data.examples]
        begin_run(args.output, args.resume, lock_of(built, plan, digests))
    with ProgressBar() as progress:
        Session(
            args.output,
            material_of(built, data),
            plan,
            fabric,
            progress,
            args.save_every,
            args.compile,
        ).train(tasks)
    if fabric.is_global_zero:
        _report(args, tasks)
    return 0


def tasks_of(built: "Built", only: str | None) -> "list[Task]":
    """The stages to train, in the recipe's order.

    Raises:
        TrainingError: nothing in this recipe can be trained, or it has no such stage.
    """
    from visemix.core.training.session import Task
    from visemix.core.training.stage import Trainable

    offered: dict[str, Task] = {}
    for chosen in built.resolved.parts:
        part = getattr(built.parts, chosen.path, built.discriminators.get(chosen.path))
        if isinstance(part, Trainable):
            for stage in chosen.contract.stages:
                offered[stage] = Task(chosen.path, stage, part)
    wanted = built.resolved.recipe.training.stages or tuple(offered)
    stages = [s for s in wanted if s in offered and only in (None, s)]
    if not stages:
        name = built.resolved.recipe.name
        what = f"it has no training stage {only!r}" if only else "nothing in it can be trained"
        do = f"its stages are: {', '.join(offered)}" if offered else "choose a trainable part"
        raise TrainingError(what, where=f"recipe {name}", do=do)
    return [offered[stage] for stage in stages]


def material_of(built: "Built", data: "Dataset") -> "Material":
    """What the stages may use of the recipe."""
    from visemix.core.training.material import Critic, Material

    uses = built.resolved.recipe.discriminators
    critics = [
        Critic(path, part, uses[int(path.rpartition(".")[2])].weight)
        for path, part in built.discriminators.items()
    ]
    return Material(data, built.parts, critics, built.identity_encoder)


def plan_of(built: "Built", seed: int | None) -> "Plan":
    """How to train, from the recipe."""
    from visemix.core.training.stage import Plan
    from visemix.registry.recipe import stages_of, whole_of

    training = built.resolved.recipe.training
    return Plan(
        preset=training.preset,
        seed=training.seed if seed is None else seed,
        steps=whole_of(training.steps),
        batch=whole_of(training.batch),
        weights=training.weights,
        steps_of=stages_of(training.steps),
        batch_of=stages_of(training.batch),
    )


def lock_of(built: "Built", plan: "Plan", digests: list[str]) -> str:
    """The lock of a run; the same for the same recipe, plan and data on one machine."""
    import attrs

    from visemix.registry.installed import find_installed
    from visemix.registry.lock import lock_text, make_lock

    lock = make_lock(built.resolved, find_installed(), plan.seed, built.files())
    return lock_text(attrs.evolve(lock, options={"data": list(digests)}))


def _report(args: argparse.Namespace, tasks: "list[Task]") -> None:
    from visemix.core.training.summary import ACCURACY, read_summary

    ends = {task.stage: read_summary(task.folder(args.output)) for task in tasks}
    if args.json:
        say_json({"run": str(args.output), "stages": list(ends), "losses": ends})
        return
    for stage, turns in ends.items():
        for turn, terms in turns.items():
            right = [f"{name} {value:.2f}" for name, value in terms.items() if ACCURACY in name]
            if right:
                say(f"{stage}, {turn}: {', '.join(right)} (over the last steps)")
    say(f"trained {', '.join(ends)}; the weights are in {args.output}")
