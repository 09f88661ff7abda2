"""Documents say what the code does."""

import inspect
import re
import subprocess
import sys
from pathlib import Path
from types import FunctionType

import pytest

from visemix.core import hooks

ROOT = Path(__file__).parents[2]
FUNCTIONS = [f for _, f in inspect.getmembers(hooks, inspect.isfunction)]
HOOKS = [f for f in FUNCTIONS if f.__name__.startswith("visemix_")]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
QUICK = re.compile(r"^\$ visemix ((?:plugins|recipe|doctor|--).*)$", re.MULTILINE)
COMMANDS = [(page, line) for page in PAGES for line in QUICK.findall(page.read_text())]


@pytest.mark.parametrize("hook", HOOKS, ids=lambda f: f.__name__)
def test_hook_is_documented_with_its_arguments(hook: FunctionType) -> None:
    heading = f"## {hook.__name__}({', '.join(inspect.signature(hook).parameters)})"
    assert heading in (ROOT / "docs/hooks.md").read_text()
    assert inspect.getdoc(hook)


@pytest.mark.parametrize(("page", "line"), COMMANDS, ids=lambda x: str(x)[-60:])
def test_command_of_a_page_runs(page: Path, line: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "visemix", *line.split()]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{page.name}: visemix {line}\n{done.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_files_named_on_a_page_exist(page: Path) -> None:
    named = r"`((?:core|registry|plugins|examples|tests|benchmarks|docs)/[\w./-]+\.\w+)`"
    for path in re.findall(named, page.read_text()):
        assert (ROOT / path).exists(), f"{page.name} names {path}"


def test_something_was_checked() -> None:
    assert len(HOOKS) >= 10
    assert len(COMMANDS) >= 3
