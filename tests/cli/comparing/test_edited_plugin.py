"""A plugin whose code was edited is another plugin, though its version is the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from visemix.core.judging.comparison import CONTROLS
from visemix.registry.plugin_code import code_digest


@contextmanager
def edited(file: Path) -> Iterator[None]:
    """A remark more in a module; a process reads a plugin's code but once."""
    before = file.read_text()
    file.write_text(before + "# another remark\n")
    code_digest.cache_clear()
    try:
        yield
    finally:
        file.write_text(before)
        code_digest.cache_clear()


def made(arena: Any) -> dict[str, int]:
    cases = (arena.folder / "report/work/cases").glob("*/video.mp4")
    return {path.parent.name: path.stat().st_mtime_ns for path in cases}


def seen(arena: Any, metric: str) -> set[str]:
    cases = arena.folder / "report/work/cases"
    return {str(path.relative_to(cases)) for path in cases.rglob(f"{metric}-*")}


def test_only_its_own_rows_are_made_again(arena: Any, site: Any) -> None:
    assert arena.run(*arena.words("quick")).code == 0
    first, looked = made(arena), seen(arena, "difference")
    with edited(site.folder / "quick_system/__init__.py"):
        assert arena.run(*arena.words("quick")).code == 0
        second = made(arena)
    assert first.items() <= second.items()
    assert len(first) == 2 * (len(CONTROLS) + 1)
    assert len(second) == len(first) + 2
    assert looked < seen(arena, "difference")


def test_only_its_own_metrics_look_again(arena: Any, site: Any) -> None:
    arena.write("[difference, psnr]")
    assert arena.run(*arena.words("quick")).code == 0
    videos, own, other = made(arena), seen(arena, "difference"), seen(arena, "psnr")
    with edited(site.folder / "quick_judges/__init__.py"):
        assert arena.run(*arena.words("quick")).code == 0
    assert made(arena) == videos
    assert seen(arena, "psnr") == other
    assert len(seen(arena, "difference")) == 2 * len(own)


def test_code_is_known_by_names_and_content(tmp_path: Path) -> None:
    def digest(**files: str) -> str:
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(text)
        code_digest.cache_clear()
        return code_digest(tmp_path)

    first = digest(one="1", two="2")
    assert digest(one="1", two="2") == first
    assert digest(one="2", two="1") != first
    (tmp_path / "weights.bin").write_bytes(b"no code")
    assert digest(one="1", two="2") == first
