"""The rows that a user asks for: recipes by name, and the ablations of one."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from visemix.core.errors import RecipeError
from visemix.core.judging.comparison import CONTROLS, Quoted
from visemix.registry.comparing.jobs import Asked
from visemix.registry.installed import Installed
from visemix.registry.lock import FILE_NAME as LOCK

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
    quoted: tuple[Quoted, ...] = ()
    if not rows:
        raise RecipeError("there is no recipe to compare", do="name one, such as default")
    counts = Counter(row.name for row in rows)
    for name, count in counts.items():
        if count > 1 or name in CONTROLS:
            what = f"{count} rows are called {name!r}" if count > 1 else f"{name!r} is a control"
            raise RecipeError(what, do="give them names: LABEL=RECIPE")
    return tuple(rows), quoted


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
