"""A protocol, clips and metrics that cost nothing, in the folder of a test."""

import shutil
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import attrs
import pytest

from visemix.core.judging.comparison import Comparison
from visemix.core.judging.comparison_file import load_comparison

JUDGES = Path(__file__).parent / "judges"
Run = Callable[..., Any]
Make = Callable[..., Path]

PROTOCOL = """
visemix_protocol: 1
name: tiny
license: made here
files: {{a.mp4: "{a}", b.mp4: "{b}"}}
judging: {{crop: 64, tracker: {{part: quick-tracker}}}}
seeds: {seeds}
clips:
  - {{name: one, person: ann, pieces: {pieces}, said: "bin blue",
      test: {{file: a.mp4, from: 0.4, to: 0.8}}, reference: {{file: a.mp4, to: 0.4}}}}
  - {{name: two, person: bob,
      test: {{file: b.mp4, from: 0.4}}, reference: {{file: b.mp4, to: 0.4}}}}
metrics: {metrics}
"""


@pytest.fixture(scope="session")
def installed(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plugin that makes videos, and one that judges them."""
    folder = tmp_path_factory.mktemp("judges")
    shutil.copytree(installed, folder, dirs_exist_ok=True)
    package, info = folder / "quick_judges", folder / "quick_judges-1.0.0.dist-info"
    package.mkdir()
    info.mkdir()
    (package / "__init__.py").write_text((JUDGES / "plugin.py").read_text())
    (package / "manifest.yaml").write_text((JUDGES / "manifest.yaml").read_text())
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: quick-judges\nVersion: 1.0.0\n")
    (info / "entry_points.txt").write_text("[visemix.plugins]\njudges = quick_judges\n")
    return folder


@attrs.frozen
class Arena:
    """A folder with a protocol and its data."""

    folder: Path
    run: Run
    start: Run

    def write(self, metrics: str = "[difference]", seeds: str = "[0]", pieces: int = 1) -> None:
        digests = {
            n: sha256((self.folder / f"data/{n}.mp4").read_bytes()).hexdigest() for n in "ab"
        }
        text = PROTOCOL.format(**digests, metrics=metrics, seeds=seeds, pieces=pieces)
        (self.folder / "tiny.yaml").write_text(text)

    def words(self, *more: object) -> list[object]:
        return ["compare", *more, "--protocol", "tiny.yaml", "--data", "data", "-o", "report"]

    def comparison(self) -> Comparison:
        return load_comparison(self.folder / "report/comparison.json")


@pytest.fixture
def arena(
    site: Any,
    folder: Path,
    video: Make,
    cli: Run,
    start: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Arena]:
    monkeypatch.setenv("PYTHONPATH", site.environment["PYTHONPATH"])
    (folder / "data").mkdir()
    for name, shift in (("a", 0), ("b", 20)):
        made = video(f"data/{name}.mp4", [[(20 + shift + 3 * t, 96 - t)] for t in range(20)])
        assert made.exists()
    arena = Arena(folder, cli, start)
    arena.write()
    yield arena
    sys.modules.pop("quick_judges", None)
