"""``visemix plugins``, and recipes that need a plugin which cannot be used."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

Cli = Callable[..., tuple[int, str, str]]
Install = Callable[..., Path]
Files = dict[str, str]
Process = Callable[..., subprocess.CompletedProcess[str]]


def test_check_imports_and_tells(install: Install, stranger: Files, cli: Cli) -> None:
    install("good", stranger)
    install("bad", {**stranger, "__init__.py": "raise RuntimeError('no licence')"})
    code, out, err = cli("plugins", "check")
    assert code == 2
    assert "raised RuntimeError: no licence" in out
    assert "Traceback" not in out + err
    states = json.loads(cli("plugins", "check", "--json")[1])
    assert states["good"] == {"usable": True, "reason": None}
    assert not states["bad"]["usable"]


def test_recipe_that_needs_a_broken_plugin_stops_with_its_reason(
    fake: Path, install: Install, stranger: Files, cli: Cli
) -> None:
    old = stranger["manifest.yaml"].replace(">=0.1,<0.2", "<0.1")
    install("acme", {**stranger, "manifest.yaml": old})
    install("mute", {"__init__.py": ""})
    _, _, err = cli("recipe", "check", "fake", "--set", "renderer.part=acme-renderer")
    assert "belongs to the plugin 'acme', which cannot be used: it needs visemix <0.1" in err
    _, _, err = cli("recipe", "check", "fake", "--set", "renderer.part=mute-renderer")
    assert "could not be looked into: " in err
    assert "mute: it has no manifest.yaml" in err


def test_part_that_two_plugins_offer(
    fake: Path, install: Install, stranger: Files, cli: Cli
) -> None:
    both = {k: v.replace("NAME-renderer", "brush") for k, v in stranger.items()}
    install("acme", both)
    install("bob", both)
    _, _, err = cli("recipe", "check", "fake", "--set", "renderer.part=brush")
    assert "the plugins acme and bob both have the renderer 'brush'" in err
    assert "acme/brush or bob/brush" in err
    code, _, _ = cli("recipe", "check", "fake", "--set", "renderer.part=bob/brush")
    assert code == 0


def test_show_explains_and_corrects(install: Install, stranger: Files, cli: Cli) -> None:
    install("acme", stranger)
    assert "license: code MIT, weights none" in cli("plugins", "show", "acme")[1]
    code, _, err = cli("plugins", "show", "acne")
    assert code == 2
    assert "no plugin 'acne' is installed" in err
    assert "acme" in err


def test_quick_commands_import_neither_torch_nor_plugins(fake: Path, process: Process) -> None:
    code = (
        "import sys; from visemix.registry.cli import main; code = main(sys.argv[1:]);"
        "heavy = {'torch', 'numpy', 'rich', 'fake_of_every_kind'} & set(sys.modules);"
        "sys.exit(f'imported {heavy}' if heavy or code else 0)"
    )
    quick = ["--help", "--version", "plugins list", "plugins show fake", "recipe list"]
    quick += ["recipe check fake", "recipe show fake", "recipe explain fake", "doctor --help"]
    for command in quick:
        result = process(*command.split(), code=code)
        assert result.returncode == 0, f"{command}: {result.stderr}"
        assert result.stdout
    assert "imported" in process("plugins", "check", code=code).stderr  # the test can fail
