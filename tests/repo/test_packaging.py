"""The wheel holds what the repository shows, and every plugin folder is installed."""

import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYERS = ("core", "registry", "plugins")
MADE_BY_RUNNING = {".pyc", ".swp", ".nbi", ".nbc"}
INSTALL_AGAIN = "run 'pip install -e .[dev]' again after adding a plugin"


def test_links_point_at_the_root_folders() -> None:
    for layer in LAYERS:
        assert (ROOT / "src/visemix" / layer).resolve() == ROOT / layer


def test_every_plugin_folder_is_declared() -> None:
    folders = {p.parent.name for p in ROOT.glob("plugins/*/__init__.py")}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = project["entry-points"]["visemix.plugins"]
    assert declared == {name: f"visemix.plugins.{name}" for name in folders}


def test_every_plugin_folder_is_installed() -> None:
    folders = {p.parent.name for p in ROOT.glob("plugins/*/__init__.py")}
    installed = {
        e.name for e in entry_points(group="visemix.plugins") if e.value.startswith("visemix.")
    }
    assert folders == installed, INSTALL_AGAIN


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(build, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.mark.slow
def test_wheel_holds_every_file(wheel: zipfile.ZipFile) -> None:
    expected = {
        f"visemix/{path.relative_to(ROOT).as_posix()}"
        for layer in LAYERS
        for path in (ROOT / layer).rglob("*")
        if path.is_file() and path.suffix not in MADE_BY_RUNNING and not path.name.startswith(".")
    }
    missing = sorted(expected - set(wheel.namelist()))
    assert not missing, "name them in [tool.setuptools.package-data]"


@pytest.mark.slow
def test_wheel_holds_nothing_else(wheel: zipfile.ZipFile) -> None:
    places = {name.split("/")[0] for name in wheel.namelist()}
    assert places == {"visemix", "visemix-0.1.0.dist-info"}
    layers = {name.split("/")[1] for name in wheel.namelist() if name.startswith("visemix/")}
    assert layers == {*LAYERS, "__init__.py", "__main__.py", "py.typed"}
    assert not [name for name in wheel.namelist() if Path(name).suffix in MADE_BY_RUNNING]
    licenses = {Path(name).name for name in wheel.namelist() if "/licenses/" in name}
    assert licenses == {"LICENSE", "NOTICE"}
