"""Plugins that cannot be used are listed with the reason, and the others work."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from visemix.registry.installed import find_installed

Cli = Callable[..., tuple[int, str, str]]
Install = Callable[..., Path]
Files = dict[str, str]


def reason(name: str) -> str:
    """Why the plugin cannot be used, by its manifest alone."""
    return find_installed().plugins[name].reason or ""


def test_good_stranger_is_listed_without_being_imported(
    install: Install, stranger: Files, cli: Cli
) -> None:
    install("acme", stranger)
    code, out, _ = cli("plugins", "list")
    assert code == 0
    assert "acme 1.0.0: A stranger's plugin." in out
    assert "renderer  acme-renderer" in out
    assert "acme" not in sys.modules


def test_manifest_of_a_module_in_a_package_that_cannot_be_imported(
    install: Install, stranger: Files
) -> None:
    package = install(
        "deep", {**stranger, "__init__.py": "raise RuntimeError"}, module="deep_package.inner.hooks"
    )
    inner = package / "inner"
    inner.mkdir()
    (inner / "hooks.py").touch()
    (package / "manifest.yaml").rename(inner / "manifest.yaml")
    assert reason("deep") == ""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "summary: A",
            "sumary: A",
            ["unknown key 'sumary'", "'summary'?", "lacks the key 'summary'"],
        ),
        ("visemix_plugin: 1", "visemix_plugin: 7", ["manifest.yaml:2:17", "expected 1, got 7"]),
        ('">=0.1,<0.2"', '">=9"', ["needs visemix >=9, this is 0."]),
        ('">=0.1,<0.2"', "0.1", ["requires: expected text", "in quotes"]),
        ("version: 1.0.0", "version: 1.0", ["version: expected text", "in quotes"]),
        ("kind: renderer", "kind: rendrer", ["cannot be 'rendrer'", "mean 'renderer'"]),
        ("{geometry: {}}", "{geometry: {topology: $size}}", ["no setting 'size'"]),
        ("summary: Draws.", "summary: Draws., settings: {a: {type: in, help: x}}", ["'int'?"]),
        (
            "summary: Draws.",
            "summary: Draws., settings: {part: {type: int, help: x}}",
            ["'part' cannot be"],
        ),
        (
            "summary: Draws.",
            "summary: Draws., settings: {a: {type: int, help: x, default: a}}",
            ["whole number"],
        ),
        ("{maps: [eyes]}", "{maps: {all: [eyes]}}", ["rendering.maps cannot be a mapping"]),
        ("parts:", "recipes: {a: b.yaml}\nparts:", ["no file 'b.yaml'"]),
        ("parts:", "parts: [", ["not valid YAML"]),
    ],
)
def test_bad_manifest(
    old: str, new: str, words: list[str], install: Install, stranger: Files, cli: Cli
) -> None:
    assert old in stranger["manifest.yaml"]
    install("acme", {**stranger, "manifest.yaml": stranger["manifest.yaml"].replace(old, new)})
    for word in words:
        assert word in reason("acme")
    code, out, _ = cli("plugins", "list")
    assert code == 0
    assert "cannot be used: " in out


def test_no_manifest(install: Install, stranger: Files) -> None:
    install("acme", {"__init__.py": stranger["__init__.py"]})
    assert "no manifest.yaml beside acme" in reason("acme")


def test_module_that_is_gone(install: Install, stranger: Files) -> None:
    (install("acme", stranger) / "__init__.py").unlink()
    assert "its module acme is not there" in reason("acme")


def test_two_plugins_of_one_name(install: Install, stranger: Files, cli: Cli) -> None:
    install("acme", stranger, module="acme_one")
    install("acme", stranger, module="acme_two")
    assert "both install a plugin named 'acme'" in reason("acme")
    install("beta", {k: v.replace("NAME", "gamma") for k, v in stranger.items()})
    install("gamma", stranger)
    assert "has the name 'gamma'" in reason("gamma")
