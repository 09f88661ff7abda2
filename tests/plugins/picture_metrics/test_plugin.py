"""The manifest, the classes, and the orders that it promises."""

import inspect
from importlib.resources import files
from typing import Any

import pytest
import yaml

from visemix.core.judging.case import Case
from visemix.plugins import picture_metrics
from visemix.plugins.picture_metrics.fidelity import Psnr, Ssim

MANIFEST = yaml.safe_load((files(picture_metrics) / "manifest.yaml").read_text("utf-8"))
OFFERED = picture_metrics.visemix_metrics()


def test_the_manifest_lists_what_the_hook_offers() -> None:
    assert {part["name"] for part in MANIFEST["parts"]} == set(OFFERED)


@pytest.mark.parametrize("part", MANIFEST["parts"], ids=lambda part: part["name"])
def test_settings_and_defaults_are_those_of_the_class(part: dict[str, Any]) -> None:
    taken = inspect.signature(OFFERED[part["name"]]).parameters
    listed = {name: setting["default"] for name, setting in part["settings"].items()}
    assert {name: p.default for name, p in taken.items()} == listed


@pytest.mark.parametrize("metric", [Psnr(), Psnr(levels="rgb"), Ssim(), Ssim(levels="grey")])
def test_fidelity_of_the_controls(metric: Psnr | Ssim, controls: dict[str, Case]) -> None:
    found = {name: metric.conclude([metric.observe(case)]) for name, case in controls.items()}
    assert found["ground-truth"] > found["re-encoded"] > max(found["still"], found["shuffled"])
