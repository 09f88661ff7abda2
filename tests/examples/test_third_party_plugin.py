"""The example distribution, installed into a fresh environment as a stranger would."""

import json
import os
import shutil
import site
import subprocess
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "examples" / "third_party_plugin"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that sees the packages of this one, and nothing else; its folder."""
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    venv.create(folder, with_pip=False)
    (packages,) = folder.glob("lib/python*/site-packages")
    lines = [f"import site; site.addsitedir({path!r})" for path in site.getsitepackages()]
    (packages / "packages_of_the_tests.pth").write_text("\n".join(lines))
    return folder


@pytest.fixture(scope="module")
def run(fresh: Path) -> Run:
    """``run("-m", "visemix", "plugins", "list")`` with the environment's Python."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"OMP_NUM_THREADS": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}

    def start(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(fresh / "bin" / "python"), *words],
            cwd=cwd or fresh,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    return start


@pytest.fixture(scope="module")
def copied(fresh: Path, run: Run) -> Path:
    """The distribution, copied and installed without network."""
    folder = fresh.parent / "distribution"
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    offline = ("--no-index", "--no-deps", "--no-build-isolation", "--quiet")
    done = run("-m", "pip", "install", *offline, str(folder))
    assert done.returncode == 0, done.stderr
    return folder


def test_it_is_not_there_before_it_is_installed(run: Run) -> None:
    listed = run("-m", "visemix", "plugins", "list", "--json")
    assert listed.returncode == 0, listed.stderr
    assert "dots" not in {plugin["name"] for plugin in json.loads(listed.stdout)}


def test_it_is_listed(copied: Path, run: Run) -> None:
    listed = json.loads(run("-m", "visemix", "plugins", "list", "--json").stdout)
    (dots,) = (plugin for plugin in listed if plugin["name"] == "dots")
    assert dots["distribution"] == "visemix-dots"
    assert dots["usable"], dots["reason"]
    assert "refiner  dots" in run("-m", "visemix", "plugins", "list").stdout


def test_a_recipe_uses_it_by_name(copied: Path, run: Run) -> None:
    for words in (("dots",), ("default", "--set", "refiner.part=dots")):
        checked = run("-m", "visemix", "recipe", "check", *words)
        assert checked.returncode == 0, checked.stderr
    wrong = run("-m", "visemix", "recipe", "check", "dots", "--set", "refiner.radius=99")
    assert wrong.returncode == 2
    assert "refiner.radius" in wrong.stderr


def test_it_conforms(copied: Path, run: Run) -> None:
    checked = run("-m", "visemix", "plugins", "check", "dots")
    assert (checked.returncode, checked.stdout) == (0, "refiner dots: ok\n"), checked.stderr


def test_its_own_tests_pass(copied: Path, run: Run) -> None:
    words = ("-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "tests")
    tested = run(*words, cwd=copied)
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert "2 passed" in tested.stdout
