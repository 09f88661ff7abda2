"""The commands of docs/compare.md ask for things that exist."""

import argparse
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from visemix.registry.commands import compare
from visemix.registry.comparing.find_protocol import shipped_protocols
from visemix.registry.comparing.protocol_file import parse_protocol
from visemix.registry.find_recipe import load_recipe
from visemix.registry.installed import find_installed
from visemix.registry.recipe_file import parse_recipe

PAGE = (Path(__file__).parents[3] / "docs/compare.md").read_text()
COMMANDS = re.findall(r"^\$ visemix (compare .*)$", PAGE, re.MULTILINE)
YAML = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_has_a_plan(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    parser = argparse.ArgumentParser()
    compare.add_parser(parser.add_subparsers(dest="command"))
    args = parser.parse_args(shlex.split(command))
    plan = compare.plan_of(args)
    assert len(plan.cases()) >= 6 * len(plan.protocol.clips)
    for row in plan.asked:
        if "=" not in command and not row.remedy:
            load_recipe(row.recipe, plan.installed, row.overrides)


def test_the_page_shows_commands() -> None:
    assert len(COMMANDS) >= 4
    assert any("--ablate" in command for command in COMMANDS)


def test_its_protocol_can_be_read(tmp_path: Path) -> None:
    text = YAML[0].replace("SHA-256 of the file", "0" * 64)
    (tmp_path / "my").mkdir()
    (tmp_path / "my/alex.safetensors").write_bytes(b"x")
    protocol = parse_protocol(text, "page", find_installed(), tmp_path)
    assert [metric.label for metric in protocol.metrics] == ["psnr", "lmd reduce=sum", "LPIPS"]


def test_its_ablations_can_be_read() -> None:
    shipped = next(r for r in find_installed().recipes() if r.name == "default/tiny")
    recipe = parse_recipe(f"{shipped.path.read_text()}\n{YAML[1]}", "page")
    assert [row.name for row in recipe.ablations.rows] == ["full", "no-l1", "fixed-head"]


def test_its_table_has_every_protocol() -> None:
    for name, path in shipped_protocols().items():
        data: Any = yaml.safe_load(path.read_text())
        (row,) = re.findall(rf"^\| `{name}` \| (\w+).*\| (.+) \|$", PAGE, re.MULTILINE)
        words = {"one": 1, "six": 6, "ten": 10, "twelve": 12, "fourteen": 14}
        assert words[row[0]] == sum(clip.get("pieces", 1) for clip in data["clips"])
        assert ("photo" in row[1]) == (data["reference"] == "photo")
