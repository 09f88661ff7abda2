"""Documents say what the code does."""

import ast
import inspect
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import FunctionType

import pytest

from visemix.core import hooks
from visemix.core.talking import Clip, Pipeline
from visemix.core.values.subject import Subject
from visemix.registry.check import check_recipe
from visemix.registry.cli import build_parser
from visemix.registry.find_recipe import load_recipe
from visemix.registry.installed import find_installed

ROOT = Path(__file__).parents[2]
FUNCTIONS = [f for _, f in inspect.getmembers(hooks, inspect.isfunction)]
HOOKS = [f for f in FUNCTIONS if f.__name__.startswith("visemix_")]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    ROOT / "examples/README.md",
]
BLOCK = re.compile(r"^```(\w+)[ ]?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [(page, *found) for page in PAGES for found in BLOCK.findall(page.read_text())]
PYTHON = [text for page, kind, _, text in BLOCKS if (page.name, kind) == ("README.md", "python")]
EXCERPTS = [(page, file, text) for page, _, file, text in BLOCKS if file]
QUICK = re.compile(r"^\$ visemix ((?:plugins|recipe|doctor|--).*)$", re.MULTILINE)
LONG = re.compile(
    r"^\$ (?:\S+/)?visemix ((?:prepare|train|generate|compare) (?:.*\\\n)*.*)$", re.MULTILINE
)
LONGER = [(page, line) for page in PAGES for line in LONG.findall(page.read_text())]
COMMANDS = [(page, line) for page in PAGES for line in QUICK.findall(page.read_text())]


@pytest.mark.parametrize("hook", HOOKS, ids=lambda f: f.__name__)
def test_hook_is_documented_with_its_arguments(hook: FunctionType) -> None:
    heading = f"## {hook.__name__}({', '.join(inspect.signature(hook).parameters)})"
    assert heading in (ROOT / "docs/hooks.md").read_text()
    assert inspect.getdoc(hook)


@pytest.mark.parametrize(("page", "line"), COMMANDS, ids=lambda x: str(x)[-60:])
def test_command_of_a_page_runs(page: Path, line: str, tmp_path: Path) -> None:
    check_command(line, tmp_path, page.name)


@pytest.mark.parametrize(("page", "line"), LONGER, ids=lambda x: str(x)[-60:])
def test_command_of_a_page_that_takes_long_is_one(page: Path, line: str) -> None:
    words = shlex.split(line.replace("\\\n", " "))
    args = build_parser(words).parse_args(words)
    if getattr(args, "recipe", None) and page.name != "compare.md":
        installed = find_installed()
        check_recipe(load_recipe(args.recipe, installed, args.overrides), installed)


def check_command(line: str, folder: Path, page: str) -> None:
    command = [sys.executable, "-m", "visemix", *line.split()]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{page}: visemix {line}\n{done.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_files_named_on_a_page_exist(page: Path) -> None:
    named = r"`((?:core|registry|plugins|examples|tests|benchmarks|docs)/[\w./-]+\.\w+)`"
    for path in re.findall(named, page.read_text()):
        assert (ROOT / path).exists(), f"{page.name} names {path}"


@pytest.mark.parametrize(("page", "file", "text"), EXCERPTS, ids=lambda x: str(x)[-40:])
def test_excerpt_is_cut_from_its_file(page: Path, file: str, text: str) -> None:
    assert bare(text) in bare((ROOT / file).read_text()), (
        f"{page.name}: this is not in {file}:\n{text}"
    )


def bare(text: str) -> str:
    """Without indentation and blank lines: ruff formats a method on a page as a function."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "\n".join(["", *lines, ""])


def test_plugin_page_shows_nothing_but_excerpts() -> None:
    shown = [(file, text) for page, _, file, text in BLOCKS if page.name == "write_a_plugin.md"]
    assert shown
    assert all(file for file, _ in shown)
    folder = ROOT / "examples/third_party_plugin"
    code = {path.relative_to(ROOT).as_posix() for path in folder.glob("visemix_dots/*.*")}
    assert code <= {file for file, _ in shown}


@pytest.mark.parametrize("text", PYTHON, ids=range(len(PYTHON)))
def test_python_of_the_readme_imports_and_calls_what_exists(text: str) -> None:
    names = {node.attr for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute)}
    known = {"load"} | set(dir(Pipeline)) | set(dir(Clip)) | set(dir(Subject))
    assert names <= known


def test_recipe_of_the_readme_can_run(tmp_path: Path) -> None:
    (text,) = (text for page, kind, _, text in BLOCKS if (page.name, kind) == ("README.md", "yaml"))
    (tmp_path / "mine.yaml").write_text(text)
    check_command("recipe check mine.yaml", tmp_path, "README.md")


def test_every_decision_has_a_number_of_its_own() -> None:
    numbers = [path.name[:4] for path in sorted((ROOT / "docs/decisions").glob("*.md"))]
    assert numbers == [f"{n:04}" for n in range(1, len(numbers) + 1)]


def test_something_was_checked() -> None:
    assert len(HOOKS) >= 10
    assert len(EXCERPTS) >= 8
    assert PYTHON
    assert len(COMMANDS) >= 3
    assert len(LONGER) >= 10
