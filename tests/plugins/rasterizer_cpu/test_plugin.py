"""The manifest and the hook say the same."""

import inspect
from importlib.resources import files

import pytest
import yaml

from visemix.core.interfaces import Renderer
from visemix.plugins import rasterizer_cpu

MANIFEST = yaml.safe_load((files(rasterizer_cpu) / "manifest.yaml").read_text("utf-8"))
PARTS = {part["name"]: part for part in MANIFEST["parts"]}


def test_the_manifest_lists_the_parts_of_the_hook() -> None:
    assert set(PARTS) == set(rasterizer_cpu.visemix_renderers())


@pytest.mark.parametrize("name", sorted(PARTS))
def test_settings_and_defaults_are_those_of_the_class(name: str) -> None:
    kind = rasterizer_cpu.visemix_renderers()[name]
    settings = {key: setting["default"] for key, setting in PARTS[name]["settings"].items()}
    assert isinstance(kind(**settings), Renderer)
    taken = inspect.signature(kind).parameters
    assert {key: list(p.default) if key == "maps" else p.default for key, p in taken.items()} == (
        settings
    )
