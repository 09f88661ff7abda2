"""Reading recipes: random text, and what is written reads back the same."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from visemix.core.errors import RecipeError
from visemix.registry.node import plain
from visemix.registry.recipe import PART_KEYS, DiscriminatorUse, PartUse, Recipe, Training, Video
from visemix.registry.recipe_file import JUDGES, parse_recipe
from visemix.registry.recipe_text import dump, recipe_data
from visemix.registry.yaml_text import read_yaml

Cli = Callable[..., tuple[int, str, str]]

# how long an example takes says more about the machine than about the reader
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

GOOD = (Path(__file__).parent / "fake/recipe.yaml").read_text()

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
number = st.floats(allow_nan=False, allow_infinity=False, width=32)
scalar = text | st.integers(-(10**17), 10**17) | st.booleans() | number
keys = text.filter(lambda key: key not in ("part", "otherwise", "judges", "weight"))
use = st.builds(
    PartUse,
    part=text,
    otherwise=st.none() | text,
    settings=st.dictionaries(keys, scalar | st.none() | st.lists(scalar, max_size=3), max_size=3),
)
whole = st.none() | st.integers(1, 2**31 - 1)
loss = st.floats(-1e9, 1e9, allow_nan=False)
recipes = st.builds(
    Recipe,
    name=text,
    parts=st.fixed_dictionaries(dict.fromkeys(PART_KEYS, use)),
    requires=st.dictionaries(text, st.sampled_from([">=0.1", "<3, !=2.1"]), max_size=2),
    video=st.builds(Video, fps=st.floats(1, 240), size=st.integers(16, 4096)),
    discriminators=st.lists(
        st.builds(
            DiscriminatorUse, use=use, judges=st.sampled_from(JUDGES), weight=st.floats(0, 1e9)
        ),
        max_size=2,
    ).map(tuple),
    training=st.builds(
        Training,
        preset=text,
        stages=st.lists(text, max_size=2).map(tuple),
        seed=st.integers(0, 2**31 - 1),
        batch=whole | st.dictionaries(text, st.integers(1, 99), max_size=2),
        steps=whole | st.dictionaries(text, st.integers(1, 99), max_size=2),
        weights=st.dictionaries(text, loss, max_size=2),
    ),
)


@calm
@given(recipes)
def test_what_is_written_reads_back_the_same(recipe: Recipe) -> None:
    assert parse_recipe(dump(recipe_data(recipe)), "x") == recipe


@calm
@given(recipes)
def test_what_is_written_is_yaml_for_others_too(recipe: Recipe) -> None:
    assert set(yaml.safe_load(dump(recipe_data(recipe)))) == set(recipe_data(recipe))


@calm
@given(st.text(st.sampled_from("ab:{}[],-#&*!|>'\"%@`?\n\t 1.e+~\x00é")) | st.text())
def test_random_text_is_refused_politely(yaml_text: str) -> None:
    with pytest.raises(RecipeError):
        parse_recipe(yaml_text, "x")


@calm
@given(st.integers(0, len(GOOD)), st.integers(0, 30), st.text("ab:{}[],-\"'&*!1.\n ", max_size=9))
def test_damaged_recipe_reads_or_is_refused_politely(at: int, cut: int, inserted: str) -> None:
    damaged = GOOD[:at] + inserted + GOOD[at + cut :]
    try:
        recipe = parse_recipe(damaged, "x")
    except RecipeError as e:
        assert str(e)
    else:
        assert parse_recipe(dump(recipe_data(recipe)), "x") == recipe


@calm
@given(
    st.recursive(
        scalar | st.none(), lambda x: st.lists(x, max_size=3) | st.dictionaries(text, x, max_size=3)
    )
)
def test_any_data_in_place_of_a_recipe(data: object) -> None:
    with pytest.raises(RecipeError):
        parse_recipe(yaml.safe_dump(data, allow_unicode=True), "x")


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("25", 25), ("-3", -3), ("+3", 3), ("010", "010"), ("1_000", "1_000"), ("0x1F", "0x1F"),
        ("1.", 1.0), (".5", 0.5), ("1e3", 1000.0), ("1e-3", 0.001), (".", "."), ("e5", "e5"),
        ("1e999", "1e999"), (".inf", ".inf"), (".nan", ".nan"), ("yes", "yes"), ("off", "off"),
        ("true", True), ("null", None), ("~", None), ("2020-01-01", "2020-01-01"),
        ("1:30", "1:30"), ("9" * 30, float("9" * 30)), ("'25'", "25"), ('"true"', "true"),
    ],
)  # fmt: skip
def test_scalars(word: str, value: object) -> None:
    found = plain(read_yaml(word, "x", [], RecipeError))
    assert found == value
    assert type(found) is type(value)


def test_whole_number_may_stand_for_a_fraction() -> None:
    assert parse_recipe(GOOD, "x").video.fps == 25.0
    assert isinstance(parse_recipe(GOOD, "x").video.fps, float)


def test_overrides_reach_every_depth() -> None:
    sets = ["video.fps=50", "discriminators.0.weight=2", "training.weights.l1=1e-3", "name='7'"]
    recipe = parse_recipe(GOOD, "x", sets)
    assert recipe.video == Video(50.0, 256)
    assert recipe.discriminators[0].weight == 2.0
    assert recipe.training.weights == {"l1": 0.001}
    assert recipe.name == "7"
    assert recipe.place("video.fps") == "--set video.fps"
    assert recipe.place("video.size") == "x:4:24"


def test_override_adds_what_the_file_does_not_say() -> None:
    recipe = parse_recipe(GOOD, "x", ["training.steps=5", "tracker.size=9", "video={size: 512}"])
    assert recipe.training.steps == 5
    assert recipe.parts["tracker"].settings == {"size": 9}
    assert recipe.video == Video(25.0, 512)


def test_steps_and_batch_may_be_said_of_single_stages() -> None:
    sets = ["training.steps={general: 600}", "training.steps.refiner=9", "training.batch=4"]
    training = parse_recipe(GOOD, "x", sets).training
    assert (training.steps, training.batch) == ({"general": 600, "refiner": 9}, 4)
    with pytest.raises(RecipeError, match=r"training.steps.general"):
        parse_recipe(GOOD, "x", ["training.steps={general: 0}"])


def test_show_is_a_recipe_that_shows_the_same(fake: Path, cli: Cli, tmp_path: Path) -> None:
    _, shown, _ = cli("recipe", "show", "fake")
    (tmp_path / "shown.yaml").write_text(shown)
    assert cli("recipe", "show", str(tmp_path / "shown.yaml"))[1] == shown
