"""``visemix compare``: recipes against each other and against controls, under one protocol."""

import argparse
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from visemix.registry.commands import COMMANDS
from visemix.registry.option_values import count, seconds
from visemix.registry.terminal import add_json, say, say_json

if TYPE_CHECKING:
    from visemix.core.judging.comparison import Comparison
    from visemix.registry.comparing.plan import Plan
    from visemix.registry.comparing.running import Runner
    from visemix.registry.terminal import Subparsers


def add_parser(subparsers: "Subparsers") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("compare", help=COMMANDS["compare"])
    parser.add_argument(
        "recipe",
        nargs="*",
        metavar="RECIPE",
        help="a recipe's name, a YAML file or a checkpoint folder; LABEL=RECIPE names its row",
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the protocol's files")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the report")
    parser.add_argument(
        "--protocol", default="quick", help="a shipped protocol or a YAML file (%(default)s)"
    )
    parser.add_argument("--ablate", metavar="RECIPE", help="run the ablations that it declares")
    parser.add_argument(
        "--checkpoints",
        type=Path,
        metavar="DIR",
        help="with --ablate: folder of a training run for every ablation, by its name",
    )
    parser.add_argument(
        "--set",
        dest="overrides",
        metavar="[ROW:]KEY=VALUE",
        action="append",
        default=[],
        help="change one value of every recipe, or of one row's (may be repeated)",
    )
    parser.add_argument("--jobs", type=count, default=1, help="tasks at once (default: 1)")
    parser.add_argument("--ray", metavar="ADDRESS", help="do the tasks on this Ray cluster")
    parser.add_argument(
        "--limit", type=seconds, metavar="SECONDS", help="give up on a video after that long"
    )
    parser.add_argument("--retry", action="store_true", help="try again what could not be made")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Run it; what could not be made is in the report, and told at the end."""
    from visemix.registry.comparing.gathering import save_results
    from visemix.registry.comparing.session import Session
    from visemix.registry.progress_bar import ProgressBar
    from visemix.registry.report.writer import write_report

    plan = plan_of(args)
    with ProgressBar() as progress, closing(runner_of(args, plan)) as runner:
        session = Session(plan, runner, progress, args.retry)
        comparison = session.run(hardware(args))
        with progress.task("writing the report"):
            written = save_results(comparison, args.output)
            written += write_report(comparison, args.output)
    _tell(args, comparison, written)
    return 2 if comparison.failures else 0


def plan_of(args: argparse.Namespace) -> "Plan":
    """What was asked for.

    Raises:
        RecipeError: there is no such protocol or recipe, or nothing was asked for.
    """
    from visemix.registry.comparing.asking import asked_rows, changed
    from visemix.registry.comparing.find_protocol import load_protocol
    from visemix.registry.comparing.plan import Plan
    from visemix.registry.installed import find_installed

    installed = find_installed()
    protocol = load_protocol(args.protocol, installed)
    rows, quoted = asked_rows(args.recipe, args.ablate, args.checkpoints, installed)
    rows = changed(rows, args.overrides)
    return Plan(protocol, args.data, args.output, rows, installed, quoted)


def runner_of(args: argparse.Namespace, plan: "Plan") -> "Runner":
    """Who does the tasks.

    Raises:
        ComparisonError: Ray is asked for and not installed, or there is no such cluster.
    """
    from visemix.registry.comparing.running import Limits, LocalRunner

    limits = Limits(plan.work / "log", args.jobs, args.limit)
    if args.ray is None:
        return LocalRunner(limits)
    from visemix.registry.comparing.on_ray import RayRunner

    return RayRunner(limits, args.ray)


def hardware(args: argparse.Namespace) -> str:
    """One line: the machine, and how busy it was kept."""
    from visemix.registry.hardware import hardware_line

    if args.ray is not None:
        return f"a Ray cluster; begun on {hardware_line()}"
    busy = f"{args.jobs} tasks at a time" if args.jobs > 1 else "one task at a time"
    return f"{hardware_line()}, {busy}"


def _tell(args: argparse.Namespace, comparison: "Comparison", written: list[Path]) -> None:
    failed = [f"{f.system} on {f.clip}: {f.what}" for f in comparison.failures]
    if args.json:
        say_json({"written": [str(path) for path in written], "failures": failed})
        return
    made, rows = len(comparison.videos), len(comparison.systems)
    say(f"{made} videos of {rows} rows; {len(failed)} could not be made or judged")
    for path in written:
        say(f"wrote {path}")
