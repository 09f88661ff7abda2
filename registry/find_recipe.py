"""What a user calls a recipe -> the recipe: a name, a file, or a checkpoint folder."""

from collections.abc import Sequence
from pathlib import Path

from visemix.core.errors import RecipeError
from visemix.registry.installed import Installed
from visemix.registry.lock import FILE_NAME as LOCK
from visemix.registry.lock import read_lock
from visemix.registry.names import advice
from visemix.registry.node import tree
from visemix.registry.overrides import override
from visemix.registry.recipe import Recipe
from visemix.registry.recipe_file import read_recipe, recipe_of
from visemix.registry.strict import StrictReader

DEFAULT = "default"


def load_recipe(name: str, installed: Installed, overrides: Sequence[str] = ()) -> Recipe:
    """The recipe that ``name`` means, read strictly.

    A shipped recipe's name comes first, then a folder with a lock, then a file.

    Raises:
        RecipeError: there is none, or it cannot be read.
        CheckpointError: the folder's lock is damaged.
    """
    shipped = installed.recipes()
    if name in shipped:
        return read_recipe(shipped[name], overrides)
    path = Path(name)
    if (path / LOCK).is_file():
        return locked_recipe(path / LOCK, overrides)
    if path.is_dir():
        do = "give a checkpoint folder, a YAML file or a recipe's name"
        raise RecipeError(f"the folder has no {LOCK}", where=path, do=do)
    if path.is_file() or path.suffix in (".yaml", ".yml"):
        return read_recipe(path, overrides)
    raise RecipeError(
        f"no recipe {name!r}: no plugin ships one of that name, and there is no such file",
        do=advice(name, shipped),
    )


def locked_recipe(path: Path, overrides: Sequence[str] = ()) -> Recipe:
    """The recipe of a lock file, with every setting as it was.

    Raises:
        CheckpointError: the lock is damaged.
        RecipeError: its recipe is of no use here.
    """
    lock = read_lock(path)
    reader = StrictReader(RecipeError)
    root = override(reader, tree(lock.recipe, path.name), overrides)
    return recipe_of(root, reader)
