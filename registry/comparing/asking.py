"""The rows that a user asks for: recipes by name, and the ablations of one."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import attrs

from visemix.core.errors import RecipeError
from visemix.core.judging.comparison import CONTROLS, Quoted
from visemix.registry.ablation_entries import Ablation, Ablations
from visemix.registry.comparing.jobs import Asked
from visemix.registry.find_recipe import load_recipe
from visemix.registry.installed import Installed
from visemix.registry.lock import FILE_NAME as LOCK
from visemix.registry.names import advice

FULL = "full"
"""Name of the row that is the recipe as it is, and of the folder of its checkpoint."""

_SET = re.compile(r"(?:([A-Za-z0-9][A-Za-z0-9 ._-]*):)?([A-Za-z0-9_.]+=.*)", re.DOTALL)
_LABELLED = re.compile(r"([A-Za-z0-9][A-Za-z0-9 ._-]*)=(.+)")


def asked_rows(
    recipes: Sequence[str], ablate: str | None, checkpoints: Path | None, installed: Installed
) -> tuple[tuple[Asked, ...], tuple[Quoted, ...]]:
    """Rows, and the figures of papers for them.

    Args:
        recipes: "RECIPE" or "LABEL=RECIPE" each.
        ablate: recipe whose ablations are rows too.
        checkpoints: folder of their training runs.
        installed: the plugins to look for recipes in.

    Raises:
        RecipeError: nothing was asked for, two rows have one name, or a recipe cannot be read.
    """
    rows = [_row(text, installed) for text in recipes]
    quoted: list[Quoted] = []
    if ablate is not None:
        ablations = _ablations(ablate, installed)
        rows += [_ablated(ablate, row, checkpoints) for row in ablations.rows]
        quoted += [
            Quoted(row.name, metric, value, ablations.source)
            for row in ablations.rows
            for metric, value in row.quoted.items()
        ]
    _check(rows)
    return tuple(rows), tuple(quoted)


def changed(rows: Sequence[Asked], changes: Sequence[str]) -> tuple[Asked, ...]:
    """Rows with changes of their recipes.

    Args:
        rows: of ``asked_rows``.
        changes: "KEY=VALUE" for every row, "ROW:KEY=VALUE" for one.

    Raises:
        RecipeError: one is no change, or there is no such row.
    """
    found: dict[str, list[str]] = {row.name: [] for row in rows}
    for text in changes:
        match = _SET.fullmatch(text)
        if match is None:
            do = "write KEY=VALUE, or ROW:KEY=VALUE for one row"
            raise RecipeError(f"{text!r} is no change", where="--set", do=do)
        if match[1] is not None and match[1] not in found:
            raise RecipeError(f"no row {match[1]!r}", where="--set", do=advice(match[1], found))
        for name in found if match[1] is None else (match[1],):
            found[name].append(match[2])
    return tuple(attrs.evolve(r, overrides=(*r.overrides, *found[r.name])) for r in rows)


def _check(rows: Sequence[Asked]) -> None:
    if not rows:
        raise RecipeError("there is no recipe to compare", do="name one, such as default")
    for name, count in Counter(row.name for row in rows).items():
        if count > 1 or name in CONTROLS:
            what = f"{count} rows are called {name!r}" if count > 1 else f"{name!r} is a control"
            raise RecipeError(what, do="give them names: LABEL=RECIPE")


def _row(text: str, installed: Installed) -> Asked:
    labelled = _LABELLED.fullmatch(text)
    label, recipe = (labelled[1], labelled[2]) if labelled else ("", text)
    path = Path(recipe)
    if path.exists() and not any(shipped.name == recipe for shipped in installed.recipes()):
        label, recipe = label or _name_of(path), str(path.absolute())
    return Asked(label or recipe, recipe)


def _name_of(path: Path) -> str:
    """Of a checkpoint its folder's name, of a file its stem."""
    return path.absolute().name if (path / LOCK).is_file() else path.absolute().stem


def _ablations(name: str, installed: Installed) -> Ablations:
    ablations = load_recipe(name, installed).ablations
    if not ablations.rows:
        do = "add 'ablations: ...' to it, as docs/recipes.md says"
        raise RecipeError("it declares no ablations", where=f"recipe {name}", do=do)
    return ablations


def _ablated(recipe: str, row: Ablation, checkpoints: Path | None) -> Asked:
    """A row of an ablation table.

    One that was trained for it is its checkpoint; of the others only the recipe is changed, over
    the weights of the full one.
    """
    if checkpoints is None:
        return Asked(row.name, recipe, row.changes)
    own = checkpoints.absolute() / (row.name if row.trained else FULL)
    changes = "".join(f" --set '{change}'" for change in row.changes if row.trained)
    remedy = f"visemix train --recipe {recipe}{changes} --data DATA -o {own}"
    return Asked(row.name, str(own), () if row.trained else row.changes, remedy=remedy)
