"""The wheel holds what the repository shows, and every plugin folder is installed."""

import subprocess
import sys
import zipfile
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYERS = ("core", "registry", "plugins")


def test_links_point_at_the_root_folders() -> None:
    for layer in LAYERS:
        assert (ROOT / "src/visemix" / layer).resolve() == ROOT / layer


def test_every_plugin_folder_is_installed() -> None:
    folders = {p.parent.name for p in ROOT.glob("plugins/*/__init__.py")}
    installed = {
        e.name for e in entry_points(group="visemix.plugins") if e.value.startswith("visemix.")
    }
    assert folders == installed, "run 'pip install -e .[dev]' again after adding a plugin"


@pytest.mark.slow
def test_wheel_holds_every_file(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    ignored = {".pyc", ".swp", ".nbi", ".nbc"}
    expected = {
        f"visemix/{path.relative_to(ROOT).as_posix()}"
        for layer in LAYERS
        for path in (ROOT / layer).rglob("*")
        if path.is_file() and path.suffix not in ignored and not path.name.startswith(".")
    }
    assert not expected - packed
