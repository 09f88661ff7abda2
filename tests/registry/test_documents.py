"""What docs/recipes.md and docs/hooks.md show can really be read."""

import re
from pathlib import Path

import pytest

from visemix.core.contracts import KINDS
from visemix.registry.manifests import KEYS as MANIFEST_KEYS
from visemix.registry.manifests import read_manifest
from visemix.registry.recipe_file import JUDGES, KEYS, parse_recipe
from visemix.registry.setting_values import TYPES

DOCS = Path(__file__).parents[2] / "docs"
RECIPES = (DOCS / "recipes.md").read_text()
HOOKS = (DOCS / "hooks.md").read_text()


def yaml_block(page: str) -> str:
    (block,) = re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return str(block)


def test_the_recipe_is_one() -> None:
    assert parse_recipe(yaml_block(RECIPES), "recipes.md").name == "facial"


def test_the_manifest_is_one(tmp_path: Path) -> None:
    file = tmp_path / "manifest.yaml"
    file.write_text(yaml_block(HOOKS))
    for name in ("recipe.yaml", "tiny.yaml"):
        (tmp_path / name).touch()
    manifest = read_manifest(file)
    assert manifest.parts[0].settings["bricks"].high == 99
    assert set(MANIFEST_KEYS) == set(re.findall(r"^(\w+):", yaml_block(HOOKS), re.MULTILINE))


@pytest.mark.parametrize("word", [*KEYS, *JUDGES, "otherwise"])
def test_every_key_is_described(word: str) -> None:
    assert f"`{word}`" in RECIPES


@pytest.mark.parametrize("word", [*KINDS, *TYPES, "$video.fps", "$video.size"])
def test_every_word_of_a_manifest_is_described(word: str) -> None:
    assert f"`{word}`" in HOOKS
