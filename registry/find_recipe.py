"""What a user calls a recipe -> the recipe: a name, a file, or a checkpoint folder."""

from collections.abc import Sequence
from pathlib import Path

from visemix.core.errors import RecipeError
from visemix.registry.installed import Installed
from visemix.registry.lock import FILE_NAME as LOCK
from visemix.registry.lock import Lock, read_lock
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
    shipped = [recipe for recipe in installed.recipes() if recipe.name == name]
    if len(shipped) > 1:
        plugins = " and ".join(recipe.plugin for recipe in shipped)
        do = f"give the file: {' or '.join(str(recipe.path) for recipe in shipped)}"
        raise RecipeError(f"the plugins {plugins} both bring a recipe {name!r}", do=do)
    if shipped:
        return read_recipe(shipped[0].path, overrides)
    path = Path(name)
    if (path / LOCK).is_file():
        return recipe_of_lock(read_lock(path / LOCK), str(path / LOCK), overrides)
    if path.is_dir():
        do = "give a checkpoint folder, a YAML file or a recipe's name"
        raise RecipeError(f"the folder has no {LOCK}", where=path, do=do)
    if path.is_file() or path.suffix in (".yaml", ".yml"):
        return read_recipe(path, overrides)
    raise RecipeError(
        f"no recipe {name!r}: no plugin ships one of that name, and there is no such file",
        do=advice(name, [recipe.name for recipe in installed.recipes()]),
    )


def recipe_of_lock(lock: Lock, name: str, overrides: Sequence[str] = ()) -> Recipe:
    """The recipe of a lock, with every setting as it was.

    Args:
        lock: of a checkpoint or a video.
        name: what messages call it.
        overrides: "key.key=value" each.

    Raises:
        RecipeError: the recipe in it is of no use to this version.
    """
    reader = StrictReader(RecipeError)
    root = override(reader, tree(lock.recipe, name), overrides)
    return recipe_of(root, reader)
