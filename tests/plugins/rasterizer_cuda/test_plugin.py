"""The manifest and the hook say the same; what a recipe does where the part cannot run."""

import importlib.util
import inspect
from importlib.resources import files
from pathlib import Path

import pytest
import torch
import yaml

from visemix.plugins import rasterizer_cpu, rasterizer_cuda
from visemix.plugins.rasterizer_cuda.renderer import RasterizerCuda
from visemix.registry.build import build

MANIFESTS = [
    yaml.safe_load((files(plugin) / "manifest.yaml").read_text("utf-8"))
    for plugin in (rasterizer_cuda, rasterizer_cpu)
]


def test_settings_are_those_of_the_class_and_of_the_cpu_part() -> None:
    (part,), (other, _) = (manifest["parts"] for manifest in MANIFESTS)
    assert rasterizer_cuda.visemix_renderers() == {part["name"]: RasterizerCuda}
    assert part["settings"] == other["settings"]
    taken = inspect.signature(RasterizerCuda).parameters
    defaults = {key: list(p.default) if key == "maps" else p.default for key, p in taken.items()}
    assert defaults == {key: setting["default"] for key, setting in part["settings"].items()}


def test_a_recipe_takes_the_other_part_with_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visemix.registry.hardware.no_cuda", lambda: "the GPU is on holiday")
    maps = "maps: [triangle, barycentric]"
    use = f"renderer={{part: rasterizer-cuda, otherwise: rasterizer-cpu, {maps}}}"
    built = build("default", [use])
    assert type(built.parts.renderer).__name__ == "RasterizerCpu"
    (note,) = built.resolved.notes
    assert "the GPU is on holiday; taking 'rasterizer-cpu'" in note


def test_a_gpu_without_its_packages_fails_while_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    """For then a recipe takes the other part as well."""
    file = Path(str(files(rasterizer_cuda))) / "__init__.py"
    name = rasterizer_cuda.__name__
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"pip install 'visemix\[cuda\]'"):
        spec.loader.exec_module(module)
