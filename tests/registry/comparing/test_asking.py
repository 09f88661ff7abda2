"""Rows of a comparison, and the ablations that recipes declare."""

from pathlib import Path

import pytest

from visemix.core.errors import RecipeError
from visemix.registry.check import check_recipe
from visemix.registry.comparing.asking import asked_rows, changed
from visemix.registry.find_recipe import load_recipe
from visemix.registry.installed import Installed, find_installed
from visemix.registry.recipe_file import parse_recipe

WITH_ABLATIONS = [r.name for r in find_installed().recipes() if load_recipe(
    r.name, find_installed()
).ablations.rows]  # fmt: skip
CASES = [
    (name, row.name, row.changes)
    for name in WITH_ABLATIONS
    for row in load_recipe(name, find_installed()).ablations.rows
]


@pytest.fixture(scope="module")
def installed() -> Installed:
    return find_installed()


def test_the_published_systems_declare_theirs() -> None:
    assert {"facial", "lstm-pose", "audio2au", "temporal-gan"} <= set(WITH_ABLATIONS)


@pytest.mark.parametrize(("recipe", "row", "changes"), CASES, ids=[f"{a}-{b}" for a, b, _ in CASES])
def test_a_declared_ablation_can_run(
    recipe: str, row: str, changes: tuple[str, ...], installed: Installed
) -> None:
    full = load_recipe(recipe, installed)
    changed = load_recipe(recipe, installed, changes)
    check_recipe(changed, installed)
    assert (changed == full) == (row == "full")


def test_rows_of_names_files_and_checkpoints(tmp_path: Path, installed: Installed) -> None:
    (tmp_path / "mine.yaml").write_text("")
    (tmp_path / "run").mkdir()
    (tmp_path / "run/recipe.lock").write_text("")
    words = ["default", str(tmp_path / "mine.yaml"), str(tmp_path / "run"), "b=default"]
    rows, quoted = asked_rows(words, None, None, installed)
    assert [row.name for row in rows] == ["default", "mine", "run", "b"]
    assert [row.recipe for row in rows] == ["default", words[1], words[2], "default"]
    assert quoted == ()


def test_ablations_are_rows(installed: Installed) -> None:
    rows, quoted = asked_rows([], "temporal-gan", None, installed)
    changes = {row.name: row.overrides for row in rows}
    assert changes["full"] == ()
    assert changes["no-l1"] == ("training.weights.l1=0",)
    (psnr,) = [q.value for q in quoted if (q.system, q.metric) == ("no-l1", "psnr")]
    assert psnr == 26.516
    assert all(q.source.startswith("Vougioukas") for q in quoted)


def test_ablations_of_checkpoints(tmp_path: Path, installed: Installed) -> None:
    """A row that was trained for it is its folder; of others only the recipe is changed."""
    rows, _ = asked_rows([], "lstm-pose", tmp_path, installed)
    by_name = {row.name: row for row in rows}
    assert by_name["no-memory"].recipe == str(tmp_path / "no-memory")
    assert by_name["no-memory"].overrides == ()
    assert by_name["fixed-head"].recipe == str(tmp_path / "full")
    assert by_name["fixed-head"].overrides == ("attribute_model.predict_pose=false",)
    assert by_name["no-memory"].remedy == (
        "visemix train --recipe lstm-pose --set 'refiner.identity_feature='off''"
        f" --data DATA -o {tmp_path / 'no-memory'}"
    )


def test_a_recipe_without_ablations_says_so(installed: Installed) -> None:
    with pytest.raises(RecipeError, match="it declares no ablations"):
        asked_rows([], "default/tiny", None, installed)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{rows: {a: {set: [x]}}}", "ablations.rows.a: 'x' changes nothing"),
        ("{rows: {A b: {}}}", "'A b' cannot be an ablation's name"),
        ("{rows: {a: {quoted: {psnr: 1.0}}}}", "quoted figures need a source"),
        ("{source: x, rows: {a: {quoted: {psnr: high}}}}", "expected a number"),
        ("{source: x}", "ablations lacks the key 'rows'"),
        ("{rows: {a: {trian: true}}}", "unknown key 'trian' in ablations.rows.a"),
    ],
)
def test_ablations_are_read_strictly(text: str, message: str, installed: Installed) -> None:
    shipped = next(r for r in installed.recipes() if r.name == "default/tiny").path.read_text()
    with pytest.raises(RecipeError, match=message):
        parse_recipe(f"{shipped}\nablations: {text}\n", "x.yaml")


def test_one_row_or_every_row_can_be_changed(installed: Installed) -> None:
    rows, _ = asked_rows(["a=default", "b=default"], None, None, installed)
    both = changed(rows, ["tracker.looks=1", "b:refiner.paste=feather"])
    assert [row.overrides for row in both] == [
        ("tracker.looks=1",),
        ("tracker.looks=1", "refiner.paste=feather"),
    ]


@pytest.mark.parametrize(
    ("change", "what"), [("c:x.y=1", "no row 'c'"), ("nonsense", "is no change")]
)
def test_a_change_of_nothing_is_refused(installed: Installed, change: str, what: str) -> None:
    rows, _ = asked_rows(["a=default"], None, None, installed)
    with pytest.raises(RecipeError, match=what):
        changed(rows, [change])
