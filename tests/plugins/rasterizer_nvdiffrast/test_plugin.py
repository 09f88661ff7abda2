"""The manifest and the hook say the same, and the manifest says who may use it."""

from importlib.resources import files

import yaml

from visemix.plugins import rasterizer_nvdiffrast
from visemix.plugins.rasterizer_cpu.renderer import RasterizerReference
from visemix.plugins.rasterizer_nvdiffrast.renderer import RasterizerNvdiffrast

MANIFEST = yaml.safe_load((files(rasterizer_nvdiffrast) / "manifest.yaml").read_text("utf-8"))


def test_the_manifest_lists_the_part_of_the_hook() -> None:
    (part,) = MANIFEST["parts"]
    assert set(rasterizer_nvdiffrast.visemix_renderers()) == {part["name"]}
    settings = {key: setting["default"] for key, setting in part["settings"].items()}
    assert settings.pop("device") == "cuda"
    assert RasterizerNvdiffrast(device="cpu", **settings).maps == ()
    RasterizerReference(**settings)  # any rasterizer takes the same ones


def test_the_limits_of_the_librarys_licence_are_said() -> None:
    assert "non-commercial" in MANIFEST["license"]["note"]
    assert "Non-commercial" in MANIFEST["parts"][0]["summary"]
