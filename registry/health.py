"""Looks at everything that visemix needs from a machine."""

import importlib
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

import attrs

from visemix.core.cache_folder import cache_folder
from visemix.registry.hardware import no_cuda, processors
from visemix.registry.installed import find_installed, visemix_version
from visemix.registry.plugin_states import plugin_states

NEEDED = (
    ("torch", "torch"),
    ("numpy", "numpy"),
    ("av", "av"),
    ("numba", "numba"),
    ("cv2", "opencv-python-headless"),
    ("librosa", "librosa"),
    ("mediapipe", "mediapipe"),
)
"""(module, distribution) of what the default recipe imports."""


@attrs.frozen
class Finding:
    """One thing that was looked at.

    Attributes:
        name: of the thing.
        good: None where either answer is fine.
        detail: what was found, and what to do where it is not good.
    """

    name: str
    good: bool | None
    detail: str


def examine() -> list[Finding]:
    """Everything; imports torch and all plugins."""
    findings = [
        Finding("visemix", True, visemix_version()),
        Finding("python", sys.version_info >= (3, 11), f"{platform.python_version()}"),
        Finding("machine", None, f"{platform.machine()}, {processors()} CPU cores, {_memory()}"),
    ]
    findings += [_package(module, name) for module, name in NEEDED]
    reason = no_cuda()
    cuda = "ready" if reason is None else f"{reason}; parts for the CPU are used"
    findings.append(Finding("cuda", None, cuda))
    findings.append(_cache_folder())
    findings += _plugins()
    return findings


def _package(module: str, distribution: str) -> Finding:
    try:
        importlib.import_module(module)
    except Exception as e:  # noqa: BLE001 - whatever a broken installation raises is the finding
        detail = f"{type(e).__name__}: {e}; install {distribution} as the README says"
        return Finding(distribution, False, detail)
    try:
        return Finding(distribution, True, version(distribution))
    except PackageNotFoundError:
        return Finding(distribution, True, "another distribution of it is installed")


def _memory() -> str:
    try:
        count, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows
        return "memory unknown"
    return f"{count * size / 2**30:.1f} GiB memory"


def _cache_folder() -> Finding:
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Finding("cache folder", True, str(folder))
    except OSError as e:
        detail = f"{folder} cannot be written: {e.strerror}; set VISEMIX_CACHE to a folder that can"
        return Finding("cache folder", False, detail)


def _plugins() -> Iterator[Finding]:
    states = plugin_states(find_installed())
    if not states:
        yield Finding("plugins", False, "none is installed; in a checkout, run: pip install -e .")
    for name, reason in states.items():
        yield Finding(f"plugin {name}", reason is None, reason or "usable")
