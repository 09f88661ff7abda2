"""The ``visemix`` command: runs one command's module and tells errors in one paragraph each."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from visemix.core.errors import VisemixError
from visemix.registry.commands import COMMANDS
from visemix.registry.installed import visemix_version
from visemix.registry.problems import RecipeProblems
from visemix.registry.terminal import complain, say_json

USER_ERROR = 2
INTERRUPTED = 130  # 128 + SIGINT
BROKEN_PIPE = 141  # 128 + SIGPIPE


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: the words after ``visemix``; None for those of this process.

    Returns:
        The exit code: 0 done, 2 something the user can put right, 130 stopped by Ctrl-C.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    debug = _take(words, "--debug")
    try:
        return _run(words, debug)
    except KeyboardInterrupt:
        if debug:
            raise
        print("visemix: stopped", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader went away, as "head" does
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - kept open until the process ends
        return BROKEN_PIPE


def _run(words: list[str], debug: bool) -> int:
    try:
        args = build_parser(words).parse_args(words)
    except SystemExit as e:  # argparse has said why
        return e.code if isinstance(e.code, int) else 0
    args.debug = debug
    try:
        code: int = import_module(f"visemix.registry.commands.{args.command}").run(args)
        sys.stdout.flush()
    except VisemixError as e:
        if debug:
            raise
        _tell(e, as_json=getattr(args, "json", False))
        return USER_ERROR
    except OSError as e:
        if debug or isinstance(e, BrokenPipeError):
            raise
        _tell(_of_the_system(e), as_json=getattr(args, "json", False))
        return USER_ERROR
    return code


def _of_the_system(e: OSError) -> VisemixError:
    """What the system refused where nobody expected it to."""
    do = "check that it is there and may be used; --debug shows who asked"
    return VisemixError(f"the system refuses: {e.strerror or e}", where=e.filename or "", do=do)


def _tell(error: VisemixError, as_json: bool) -> None:
    errors = error.problems if isinstance(error, RecipeProblems) else (error,)
    if as_json:
        say_json({"errors": [_data(e) for e in errors]})
    for e in errors:
        complain(e)


def _data(e: VisemixError) -> dict[str, str]:
    return {"kind": type(e).__name__, "what": e.what, "where": e.where, "do": e.do}


def build_parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """The parser; only the command that was asked for is imported."""
    parser = argparse.ArgumentParser(
        prog="visemix", description="Talking faces from audio, assembled from plugins."
    )
    parser.add_argument("--version", action="version", version=f"visemix {visemix_version()}")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    asked = next((word for word in words if not word.startswith("-")), "")
    for name, summary in COMMANDS.items():
        if name == asked:
            import_module(f"visemix.registry.commands.{name}").add_parser(commands)
        else:
            commands.add_parser(name, help=summary)
    return parser


def _take(words: list[str], flag: str) -> bool:
    """Remove ``flag`` wherever it stands: before or after the command."""
    end = words.index("--") if "--" in words else len(words)
    found = flag in words[:end]
    words[:end] = [word for word in words[:end] if word != flag]
    return found
