from collections.abc import Callable
from pathlib import Path

import pytest

from visemix.core.contracts import Contract
from visemix.core.errors import PluginError, RecipeError
from visemix.registry import hardware
from visemix.registry.build import Built, build, build_recipe
from visemix.registry.check import check_recipe
from visemix.registry.find_recipe import load_recipe
from visemix.registry.installed import find_installed
from visemix.registry.recipe import Training
from visemix.registry.resolve import Resolver

Install = Callable[..., Path]
Files = dict[str, str]


@pytest.fixture
def without_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visemix.registry.hardware.no_cuda", lambda: "the GPU is on holiday")


def values(built: Built, part: str) -> dict[str, object]:
    return dict(vars(getattr(built.parts, part)))


def test_parts_get_every_setting(fake: Path) -> None:
    built = build("fake", ["video.fps=30", "refiner.window=7"])
    assert values(built, "audio_encoder") == {
        "kind": "mfcc",
        "width": 12,
        "fps": 30.0,
        "table": None,
    }
    assert built.parts.refiner.window.block == 7
    assert values(built, "attribute_model")["losses"] == ["l1", "l2"]
    assert built.discriminators == {}
    assert built.identity_encoder is None


def test_discriminators_are_built_for_training(fake: Path) -> None:
    built = build("fake", ["discriminators.0.scales=3"], training=True)
    assert vars(built.discriminators["discriminators.0"]) == {"scales": 3}


def test_fallback_where_the_hardware_is_absent(fake: Path, without_cuda: None) -> None:
    with pytest.raises(RecipeError, match=r"cannot be used: the GPU is on holiday.*fake-renderer"):
        build("fake", ["renderer.part=fake-renderer-cuda"])
    built = build(
        "fake", ["renderer={part: fake-renderer-cuda, otherwise: fake-renderer, lanes: 8}"]
    )
    assert type(built.parts.renderer).__name__ == "Draw"
    (note,) = built.resolved.notes
    assert "the GPU is on holiday; taking 'fake-renderer'" in note


def test_no_fallback_where_it_is_not_needed(fake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "no_cuda", lambda: None)
    built = build(
        "fake", ["renderer={part: fake-renderer-cuda, otherwise: fake-renderer, lanes: 8}"]
    )
    assert values(built, "renderer") == {"lanes": 8}
    assert built.resolved.notes == ()


def test_fallback_where_a_plugin_does_not_import(
    fake: Path, install: Install, stranger: Files
) -> None:
    install("acme", {**stranger, "__init__.py": "raise RuntimeError('no licence')"})
    with pytest.raises(RecipeError, match="raised RuntimeError: no licence"):
        build("fake", ["renderer.part=acme-renderer"])
    built = build("fake", ["renderer={part: acme-renderer, otherwise: fake-renderer}"])
    assert "no licence" in built.resolved.notes[0]


def test_fallback_where_a_plugin_is_not_installed(fake: Path) -> None:
    built = build("fake", ["renderer={part: brush, otherwise: fake-renderer, bristles: 9}"])
    assert "no installed plugin has the renderer 'brush'" in built.resolved.notes[0]
    with pytest.raises(RecipeError, match="'fake-rendererr'"):
        build("fake", ["renderer={part: brush, otherwise: fake-rendererr}"])


def test_part_that_fails_to_start(fake: Path) -> None:
    with pytest.raises(PluginError, match="failed to start: ZeroDivisionError: thirteen units"):
        build("fake", ["attribute_model.hidden=13"])


def test_paths_are_relative_to_the_recipe_or_the_current_folder(
    fake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = tmp_path / "far" / "my.yaml"
    recipe.parent.mkdir()
    text = (fake / "recipe.yaml").read_text().replace("kind: mfcc", "kind: mfcc, table: t.npy")
    recipe.write_text(text)
    (recipe.parent / "t.npy").write_bytes(b"table")
    built = build(str(recipe))
    assert values(built, "audio_encoder")["table"] == str(recipe.parent / "t.npy")
    assert list(built.files()) == [("audio_encoder.table", recipe.parent / "t.npy")]
    monkeypatch.chdir(tmp_path)
    built = build(str(recipe), ["audio_encoder.table=u.npy"])
    assert values(built, "audio_encoder")["table"] == str(tmp_path / "u.npy")


def test_every_shipped_recipe_can_be_checked_and_built(fake: Path) -> None:
    installed = find_installed()
    names = [recipe.name for recipe in installed.recipes()]
    assert "fake" in names
    for name in names:
        assert build_recipe(load_recipe(name, installed), installed).parts


def test_defaults_are_not_shared_between_builds(fake: Path) -> None:
    installed = find_installed()
    recipe = load_recipe("fake", installed)
    first, second = (build_recipe(recipe, installed) for _ in range(2))
    maps = values(first, "refiner")["maps"]
    assert isinstance(maps, list)
    maps.append("teeth")
    assert values(second, "refiner")["maps"] == ["eyes"]


def test_fallback_must_exist_even_where_it_is_not_needed(fake: Path) -> None:
    with pytest.raises(RecipeError, match="no installed plugin has the renderer 'brush'"):
        build("fake", ["renderer.otherwise=brush"])


def test_recipe_that_two_plugins_bring(fake: Path, install: Install, stranger: Files) -> None:
    manifest = stranger["manifest.yaml"] + "recipes: {fake: recipe.yaml}\n"
    install("acme", {**stranger, "manifest.yaml": manifest, "recipe.yaml": "visemix: 1"})
    with pytest.raises(
        RecipeError, match=r"acme and fake both bring a recipe 'fake'.*Give the file"
    ):
        build("fake")
    assert build(str(fake / "recipe.yaml"))


def test_another_part_on_the_command_line_keeps_the_settings_that_it_has(fake: Path) -> None:
    sets = ["renderer.part=rasterizer-reference", "attribute_model.part=lstm-pose"]
    recipe = load_recipe("fake", find_installed(), ["attribute_model.hidden=16", *sets])
    resolver = Resolver(recipe, find_installed())
    chosen = {part.path: part for part in resolver.resolve().parts}
    assert not resolver.reader.problems, "its list of losses is none of lstm-pose's settings"
    assert chosen["attribute_model"].settings["hidden"] == 16
    recipe = load_recipe("fake", find_installed(), ["attribute_model.losses=[l1]", *sets])
    resolver = Resolver(recipe, find_installed())
    resolver.resolve()
    assert "has no setting 'losses'" in str(resolver.reader.problems[0])


def test_stages_of_a_part_that_was_replaced_are_gone() -> None:
    def resolved(*sets: str) -> Training:
        recipe = load_recipe("rhythmic-head/tiny", find_installed(), sets)
        return check_recipe(recipe, find_installed()).recipe.training

    assert resolved().stages == ("expression", "head-motion", "generator")
    another = resolved("head_motion.part=pose-file", "training.weights.warp=2")
    assert another.stages == ("expression", "generator")
    assert another.weights == {"warp": 2}
    with pytest.raises(RecipeError, match="no part of this recipe has a training stage 'head-mo"):
        resolved("head_motion.part=pose-file", "training.stages=[head-motion]")
    with pytest.raises(RecipeError, match="no part of this recipe has a training stage 'expresion"):
        resolved("training.batch={expresion: 2}")
    with pytest.raises(RecipeError, match="no part of this recipe has a loss 'motion'"):
        resolved("head_motion.part=pose-file", "training.weights.motion=0")


def test_fallback_where_a_module_is_absent() -> None:
    contract = Contract("x", "renderer", modules=("json", "no_such_package.inner"))
    reason = "the Python module no_such_package.inner is not installed"
    assert hardware.lacking(contract) == reason
    assert hardware.lacking(Contract("x", "renderer", modules=("json",))) is None
