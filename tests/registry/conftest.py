"""Small distributions in a temporary folder on sys.path, and the command line."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

import visemix
from visemix.registry.cli import main

FAKE = Path(__file__).parent / "fake"
MANIFEST = """
visemix_plugin: 1
name: NAME
version: 1.0.0
requires: ">=0.1,<0.2"
summary: A stranger's plugin.
license: {code: MIT, weights: none}
parts:
  - {name: NAME-renderer, kind: renderer, summary: Draws., consumes: {geometry: {}},
     provides: {rendering: {maps: [eyes]}}}
"""
CODE = """
from visemix.core.hooks import hookimpl
from visemix.core.interfaces import Renderer

class Draw(Renderer):
    def render(self, geometry):
        raise RuntimeError("never run")

@hookimpl
def visemix_renderers():
    return {"NAME-renderer": Draw}
"""

Files = Mapping[str, str]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of installed distributions; its modules are forgotten afterwards."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    before = set(sys.modules)
    yield folder
    for name in set(sys.modules) - before:
        if str(folder) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.fixture
def install(site: Path) -> Callable[..., Path]:
    """Install a package as a plugin: ``install(name, {file: text}, module=...)`` -> its folder."""

    def make(name: str, files: Files, module: str = "", entry: str = "") -> Path:
        package = site / (module or name).partition(".")[0]
        package.mkdir()
        (package / "__init__.py").touch()
        for file, text in files.items():
            (package / file).write_text(text.replace("NAME", name))
        info = site / f"{package.name}_dist-1.0.0.dist-info"
        info.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: {package.name}-dist\nVersion: 1.0.0\n"
        (info / "METADATA").write_text(metadata)
        point = f"[visemix.plugins]\n{entry or name} = {module or name}\n"
        (info / "entry_points.txt").write_text(point)
        return package

    return make


@pytest.fixture
def stranger() -> dict[str, str]:
    """Files of a plugin that works; NAME becomes its name."""
    return {"__init__.py": CODE, "manifest.yaml": MANIFEST}


@pytest.fixture
def fake(install: Callable[..., Path]) -> Path:
    """The plugin with one part of every kind, installed."""
    files = {"__init__.py": (FAKE / "plugin.py").read_text()}
    files |= {name: (FAKE / name).read_text() for name in ("manifest.yaml", "recipe.yaml")}
    return install("fake", files, module="fake_of_every_kind")


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """``cli("recipe", "list")`` -> exit code, standard output, standard error."""

    def run(*words: str) -> tuple[int, str, str]:
        code = main(words)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def process(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The same in a process of its own, with the folder of distributions on its path."""

    def run(*words: str, code: str = "") -> subprocess.CompletedProcess[str]:
        source = str(Path(visemix.__file__).parents[1])
        path = os.pathsep.join([str(tmp_path / "site"), source])
        start = ["-c", code] if code else ["-m", "visemix"]
        return subprocess.run(
            [sys.executable, *start, *words],
            env=os.environ | {"PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run
