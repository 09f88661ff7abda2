"""``visemix plugins check NAME`` tries the parts of a plugin."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from visemix.core.errors import PluginError
from visemix.registry.conformance import check_plugin

Cli = Callable[..., tuple[int, str, str]]
Install = Callable[..., Path]
Files = dict[str, str]


def test_faults_are_listed(install: Install, stranger: Files, cli: Cli) -> None:
    install("acme", stranger)  # its renderer raises RuntimeError("never run")
    code, out, _ = cli("plugins", "check", "acme")
    assert code == 2
    assert out.startswith("renderer acme-renderer: faulty\n  - renderer_sizes: it raised Runtime")
    (one,) = json.loads(cli("plugins", "check", "acme", "--json")[1])
    assert (one["passed"], one["skipped"], len(one["faults"])) == (False, None, 2)


def test_a_right_plugin_passes(cli: Cli) -> None:
    code, out, _ = cli("plugins", "check", "landmark-mesh")
    title = "face_model landmark-mesh"
    tried = ("", " (camera: perspective)", " (albedo: detailed)", " (albedo: low)")
    assert (code, out) == (0, "".join(f"{title}{how}: ok\n" for how in tried))


def test_other_hardware_and_failing_starts(fake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visemix.registry.hardware.no_cuda", lambda: "the GPU is on holiday")
    tried = check_plugin("fake", {"fake-model": {"hidden": 13}})
    found = {one.part.name: one for one in tried}
    assert [one.settings for one in tried if one.part.name == "fake-features"] == [
        {},
        {"kind": "raw"},
    ]
    assert found["fake-renderer-cuda"].skipped == "the GPU is on holiday"
    assert not found["fake-renderer-cuda"].faults
    assert found["fake-model"].faults == ("it does not start: ZeroDivisionError: thirteen units",)
    assert not any(one.passed for one in found.values() if one.part.kind != "discriminator")


def test_settings_can_be_given(cli: Cli) -> None:
    """A recogniser that cannot be had here is no fault of the part."""
    tried = check_plugin("speech-features", {"deepspeech": {"model": "/no/such/folder"}})
    (one, other) = (one for one in tried if one.part.name == "deepspeech")
    assert other.settings == {"model": "/no/such/folder", "scores": "log-probabilities"}
    assert "/no/such/folder" in one.skipped
    assert not one.passed


def test_a_plugin_that_does_not_load(install: Install, stranger: Files) -> None:
    install("bad", {**stranger, "__init__.py": "raise RuntimeError('no licence')"})
    with pytest.raises(PluginError, match="no licence"):
        check_plugin("bad")
