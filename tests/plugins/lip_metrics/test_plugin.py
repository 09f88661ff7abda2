"""The manifest and the classes say the same."""

import inspect
from importlib.resources import files
from typing import Any

import pytest
import yaml

from visemix.plugins import lip_metrics

MANIFEST = yaml.safe_load((files(lip_metrics) / "manifest.yaml").read_text("utf-8"))
OFFERED = lip_metrics.visemix_metrics()


def test_the_manifest_lists_what_the_hook_offers() -> None:
    assert {part["name"] for part in MANIFEST["parts"]} == set(OFFERED)


@pytest.mark.parametrize("part", MANIFEST["parts"], ids=lambda part: part["name"])
def test_settings_and_defaults_are_those_of_the_class(part: dict[str, Any]) -> None:
    taken = inspect.signature(OFFERED[part["name"]]).parameters
    listed = {name: setting["default"] for name, setting in part.get("settings", {}).items()}
    assert {name: p.default for name, p in taken.items()} == listed
