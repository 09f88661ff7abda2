"""The manifest, the hooks and the recipes say the same."""

import inspect
from importlib.resources import files

import pytest
import yaml

from visemix.plugins import composite

HOME = files(composite)
MANIFEST = yaml.safe_load((HOME / "manifest.yaml").read_text("utf-8"))
OFFERED = {**composite.visemix_matchers(), **composite.visemix_refiners()}


def test_the_manifest_lists_what_the_hooks_offer() -> None:
    assert {part["name"] for part in MANIFEST["parts"]} == set(OFFERED)


@pytest.mark.parametrize("part", MANIFEST["parts"], ids=lambda part: part["name"])
def test_settings_and_defaults_are_those_of_the_class(part: dict[str, dict[str, object]]) -> None:
    taken = inspect.signature(OFFERED[str(part["name"])]).parameters
    listed: dict[str, dict[str, object]] = part["settings"]  # type: ignore[assignment]  # from YAML
    assert {name: p.default for name, p in taken.items()} == {
        name: setting["default"] for name, setting in listed.items()
    }


def test_the_recipes_name_these_parts_and_the_maps_that_they_need() -> None:
    assert set(MANIFEST["recipes"]) == {"default", "default/tiny"}
    for name, file in MANIFEST["recipes"].items():
        recipe = yaml.safe_load((HOME / file).read_text("utf-8"))
        assert recipe["name"] == name
        assert recipe["matcher"]["part"] in composite.visemix_matchers()
        assert recipe["refiner"]["part"] in composite.visemix_refiners()
        assert set(recipe["renderer"]["maps"]) == {"triangle", "barycentric"}
