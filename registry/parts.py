"""Builds the parts that a recipe chose; tries the fallback where a plugin cannot be loaded."""

from pathlib import Path
from typing import Protocol, runtime_checkable

from visemix.core.errors import PluginError, VisemixError
from visemix.core.interfaces import Part
from visemix.registry.check import check_recipe
from visemix.registry.installed import Installed
from visemix.registry.plugin_manager import PluginLoader
from visemix.registry.recipe import Recipe
from visemix.registry.resolve import ChosenPart, ResolvedRecipe


@runtime_checkable
class NamesFiles(Protocol):
    """A part that was built from files (weights, tables); their hashes go into the lock."""

    def files(self) -> dict[str, Path]:
        """Name -> file."""
        ...


class PartBuilder:
    """Loads plugins and makes instances.

    Args:
        installed: the plugins to load from.
    """

    def __init__(self, installed: Installed) -> None:
        self._installed = installed
        self._loader = PluginLoader()

    def choose(self, recipe: Recipe) -> ResolvedRecipe:
        """The recipe with all its plugins loaded.

        A part whose plugin fails to load is replaced by its ``otherwise``.

        Raises:
            RecipeError: the recipe cannot run with the plugins that load.
        """
        avoid: dict[tuple[str, str], str] = {}
        while True:
            resolved = check_recipe(recipe, self._installed, avoid)
            failed = {
                (part.contract.kind, part.contract.name): reason
                for part in resolved.parts
                if (reason := self._failure(part))
            }
            if not failed:
                return resolved
            avoid |= failed

    def build(self, chosen: ChosenPart) -> Part:
        """One part, made with all its settings.

        Raises:
            PluginError: its plugin cannot be loaded, or the part fails to start.
        """
        contract = chosen.contract
        plugin = self._installed.plugin(contract.plugin)
        cls = self._loader.load(plugin)[contract.kind, contract.name]
        try:
            return cls(**chosen.settings)
        except VisemixError:
            raise
        except Exception as e:
            what = f"the {chosen.title} failed to start: {type(e).__name__}: {e}"
            do = "report it to the plugin's authors; --debug shows where"
            raise PluginError(what, where=f"plugin {contract.plugin}", do=do) from e

    def _failure(self, part: ChosenPart) -> str | None:
        try:
            self._loader.load(self._installed.plugin(part.contract.plugin))
        except PluginError as e:
            return str(e).removesuffix(".")
        return None
