import json
import pkgutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from visemix.registry import commands
from visemix.registry.commands import recipe as recipe_command
from visemix.registry.health import examine

Cli = Callable[..., tuple[int, str, str]]
Process = Callable[..., subprocess.CompletedProcess[str]]


def test_every_command_module_is_listed() -> None:
    assert {m.name for m in pkgutil.iter_modules(commands.__path__)} == set(commands.COMMANDS)


@pytest.mark.parametrize("command", commands.COMMANDS)
def test_every_command_has_help(command: str, cli: Cli) -> None:
    code, out, _ = cli(command, "--help")
    assert code == 0
    assert out.startswith(f"usage: visemix {command}")
    assert commands.COMMANDS[command] in cli("--help")[1]


@pytest.mark.parametrize("words", [[], ["recip"], ["recipe"], ["recipe", "check"], ["--what"]])
def test_wrong_usage(words: list[str], cli: Cli) -> None:
    code, out, err = cli(*words)
    assert (code, out) == (2, "")
    assert err.startswith("usage: visemix")


def test_error_in_its_own_process(fake: Path, process: Process) -> None:
    result = process("recipe", "check", "fakee")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("visemix: no recipe 'fakee'")
    assert result.stderr.count("\n") == 1
    assert process("recipe", "check", "fake").returncode == 0


@pytest.mark.parametrize(
    "words", [["--debug", "recipe", "check", "x"], ["recipe", "check", "x", "--debug"]]
)
def test_debug_shows_the_traceback(words: list[str], process: Process) -> None:
    result = process(*words)
    assert "Traceback" in result.stderr
    assert "RecipeError: no recipe 'x'" in result.stderr


def test_errors_as_json(fake: Path, cli: Cli) -> None:
    wrong = ["--set", "video.fps=x", "--set", "video.size=x"]
    code, out, _ = cli("recipe", "check", "fake", "--json", *wrong)
    first, second = json.loads(out)["errors"]
    assert code == 2
    assert first["kind"] == "RecipeError"
    assert first["where"] == "--set video.fps"
    assert second["what"] == "video.size: expected a whole number, got the text 'x'"


def test_ctrl_c_is_one_line(monkeypatch: pytest.MonkeyPatch, cli: Cli) -> None:
    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(recipe_command, "run", interrupted)
    assert cli("recipe", "list") == (130, "", "visemix: stopped\n")


def test_reader_that_goes_away(fake: Path, process: Process) -> None:
    code = (
        "import os, sys; from visemix.registry.cli import main; r, w = os.pipe(); os.close(r);"
        "sys.stdout = open(w, 'w'); sys.exit(main(sys.argv[1:]))"
    )
    result = process("recipe", "show", "fake", code=code)
    assert (result.returncode, result.stderr) == (141, "")


def test_recipe_list_and_check(fake: Path, cli: Cli) -> None:
    assert "fake from the plugin fake" in " ".join(cli("recipe", "list")[1].split())
    listed = json.loads(cli("recipe", "list", "--json")[1])
    assert ("fake", "fake") in [(recipe["name"], recipe["plugin"]) for recipe in listed]
    code, out, _ = cli("recipe", "check", "fake")
    assert (code, out) == (0, "fake: this recipe can run, with 8 parts that fit together\n")
    assert json.loads(cli("recipe", "check", "fake", "--json")[1])["errors"] == []


def test_explain_walks_the_flow(fake: Path, cli: Cli) -> None:
    out = cli("recipe", "explain", "fake")[1]
    assert "<- features from audio_encoder: kind = mfcc, width = 12, fps = 25.0" in out
    assert "<- video from the recipe's video: fps = 25.0, size = 256" in out
    assert "  window = 3\n" in out
    assert "  blend = True (default)\n" in out
    data = json.loads(cli("recipe", "explain", "fake", "--json")[1])
    arrows = [(a["from"], a["port"], a["to"]) for a in data["arrows"]]
    assert ("matcher", "match", "refiner") in arrows
    assert ("tracker", "track", "face_model") in arrows
    assert ("attribute_model", "attributes", "face_model") in arrows


def test_doctor_finds_a_broken_plugin(
    fake: Path,
    install: Callable[..., Path],
    cli: Cli,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr("visemix.registry.health.NEEDED", (("numpy", "numpy"), ("nupmy", "nupmy")))
    monkeypatch.delenv("VISEMIX_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    install("acme", {})
    code, _, _ = cli("doctor")
    assert code == 2
    found = {finding.name: finding for finding in examine()}
    assert found["numpy"].good
    assert not found["nupmy"].good
    assert "No module named 'nupmy'" in found["nupmy"].detail
    assert found["plugin fake"].good
    assert not found["plugin acme"].good
    assert found["cuda"].good is None
    assert found["cache folder"].detail == str(tmp_path / "cache/visemix")


def test_doctor_finds_a_cache_that_cannot_be_written(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("visemix.registry.health.NEEDED", ())
    (tmp_path / "file").touch()
    monkeypatch.setenv("VISEMIX_CACHE", str(tmp_path / "file" / "below"))
    findings = json.loads(cli("doctor", "--json")[1])
    (cache,) = [f for f in findings if f["name"] == "cache folder"]
    assert cache["good"] is False
    assert "set VISEMIX_CACHE" in cache["detail"]
