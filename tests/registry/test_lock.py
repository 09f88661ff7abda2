import json
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from visemix.core.errors import CheckpointError
from visemix.registry.build import build
from visemix.registry.find_recipe import load_recipe
from visemix.registry.installed import find_installed
from visemix.registry.lock import (
    FILE_NAME,
    MAX_BYTES,
    Lock,
    LockedFile,
    lock_text,
    make_lock,
    parse_lock,
)
from visemix.registry.lock_differences import changed_inputs, lock_differences

Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def lock(fake: Path, tmp_path: Path) -> Lock:
    speech = tmp_path / "speech.wav"
    speech.write_bytes(b"abc")
    built = build("fake", ["refiner.window=9"])
    return make_lock(built.resolved, find_installed(), 7, built.files(), {"audio": speech})


def test_lock_says_everything(lock: Lock) -> None:
    assert lock.recipe["refiner"] == {
        "part": "fake/fake-refiner", "window": 9, "strength": 0.5, "blend": True, "maps": ["eyes"],
    }  # fmt: skip
    assert lock.plugins == {"fake": "3.1.4"}
    assert lock.inputs["audio"].sha256 == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
    assert lock.seed == 7
    assert "CPU cores" in lock.hardware
    assert lock.python.startswith("3.")
    assert lock.torch


def test_lock_survives_json(lock: Lock) -> None:
    lock = attrs.evolve(lock, hardware='Größe "x" 🙂')
    assert parse_lock(lock_text(lock), "x") == lock


def test_locked_recipe_is_the_same_recipe(lock: Lock, tmp_path: Path, cli: Cli) -> None:
    (tmp_path / FILE_NAME).write_text(lock_text(lock), encoding="utf-8")
    again = build(str(tmp_path))
    assert make_lock(again.resolved, find_installed(), 7).recipe == lock.recipe
    assert (
        load_recipe(str(tmp_path), find_installed(), ["refiner.window=2"]) != again.resolved.recipe
    )
    code, out, _ = cli("recipe", "show", str(tmp_path))
    assert code == 0
    assert "refiner: {part: fake/fake-refiner, window: 9," in out


def test_lock_that_is_too_long_is_refused(lock: Lock) -> None:
    with pytest.raises(CheckpointError, match="longer than 65536 bytes"):
        lock_text(attrs.evolve(lock, hardware="x" * MAX_BYTES))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.pop("seed"), "lacks the key 'seed'"),
        (lambda d: d.update(sed=1), "unknown key 'sed'"),
        (lambda d: d.update(seed="1"), "seed: expected a whole number"),
        (lambda d: d.update(visemix_lock=2), "expected 1, got 2"),
        (lambda d: d["plugins"].update(fake=3), "plugins.fake: expected text"),
        (lambda d: d["inputs"]["audio"].pop("sha256"), "lacks the key 'sha256'"),
        (lambda d: d.update(recipe=[]), "recipe: expected a mapping"),
    ],
)
def test_damaged_lock_is_refused(
    lock: Lock, change: Callable[[dict[str, object]], object], words: str
) -> None:
    data = json.loads(lock_text(lock))
    change(data)
    with pytest.raises(CheckpointError, match=words):
        parse_lock(json.dumps(data), "x")


@pytest.mark.parametrize("text", ["", "{", "[" * 9000, "null", "[]", "x" * (MAX_BYTES + 1)])
def test_text_that_is_no_lock(text: str) -> None:
    with pytest.raises(CheckpointError):
        parse_lock(text, "x")


def test_wrong_setting_in_a_lock_is_found(lock: Lock, tmp_path: Path, cli: Cli) -> None:
    text = lock_text(lock).replace('"window": 9', '"window": 99')
    (tmp_path / FILE_NAME).write_text(text, encoding="utf-8")
    code, _, err = cli("recipe", "check", str(tmp_path))
    assert code == 2
    assert "recipe.lock.refiner.window: refiner.window: expected 1 to 25, got 99" in err


def test_differences_are_named(lock: Lock) -> None:
    assert list(lock_differences(lock, lock)) == []
    files = {"refiner/weights": LockedFile("w", "00ff")}
    recipe = {**lock.recipe, "name": "other"}
    now = attrs.evolve(lock, torch="9.9", plugins={"fake": "4"}, files=files, recipe=recipe)
    assert list(lock_differences(lock, now)) == [
        f"torch: {lock.torch} then, 9.9 now",
        "plugin fake: 3.1.4 then, 4 now",
        "file refiner/weights: none then, 00ff now",
        "recipe name: fake then, other now",
    ]


def test_changed_and_missing_inputs_are_named(lock: Lock) -> None:
    path = Path(lock.inputs["audio"].path)
    assert list(changed_inputs(lock)) == []
    path.write_bytes(b"abd")
    assert list(changed_inputs(lock)) == [f"the audio {path} has changed"]
    path.unlink()
    assert list(changed_inputs(lock)) == [f"the audio {path} is not there"]
