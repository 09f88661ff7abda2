"""Loads plugins through pluggy; imports only those whose parts are really built.

Each plugin has a manager of its own, so that one which fails cannot disturb the others.
"""

import inspect
from importlib.metadata import entry_points
from types import ModuleType

import pluggy

from visemix.core import hooks
from visemix.core.errors import PluginError
from visemix.core.interfaces import Part
from visemix.registry.agreement import disagreements
from visemix.registry.hook_names import HOOKS
from visemix.registry.installed import ENTRY_POINT_GROUP, InstalledPlugin
from visemix.registry.names import advice

Classes = dict[tuple[str, str], type[Part]]


class PluginLoader:
    """Loads plugins one by one, each at most once."""

    def __init__(self) -> None:
        self._loaded: dict[str, Classes] = {}
        self._failed: dict[str, PluginError] = {}

    def load(self, plugin: InstalledPlugin) -> Classes:
        """(kind, name) -> class of everything the plugin offers.

        Raises:
            PluginError: it cannot be imported, implements no such hook, or offers something other
                than its manifest says.
        """
        if plugin.name in self._failed:
            raise self._failed[plugin.name]
        if plugin.name not in self._loaded:
            try:
                self._loaded[plugin.name] = self._load(plugin)
            except PluginError as e:
                self._failed[plugin.name] = e
                raise
        return self._loaded[plugin.name]

    def _load(self, plugin: InstalledPlugin) -> Classes:
        if plugin.reason is not None or plugin.manifest is None:
            raise _error(plugin, plugin.reason or "it has no manifest")
        classes = _classes(plugin, _registered(plugin, _import(plugin)))
        wrong = disagreements(plugin.manifest, classes)
        if wrong:
            raise _error(plugin, "; ".join(wrong))
        return classes


def _registered(plugin: InstalledPlugin, module: ModuleType) -> pluggy.PluginManager:
    unknown = _unknown_hooks(module)
    if unknown:
        raise _error(plugin, f"unknown hook {unknown[0]}", advice(unknown[0], HOOKS.values()))
    manager = pluggy.PluginManager(hooks.HOOK_NAMESPACE)
    manager.add_hookspecs(hooks)
    try:
        manager.register(module, plugin.name)
        manager.check_pending()
    except pluggy.PluginValidationError as e:
        raise _error(plugin, " ".join(str(e).split())) from e
    return manager


def _classes(plugin: InstalledPlugin, manager: pluggy.PluginManager) -> Classes:
    classes: Classes = {}
    for kind, name in HOOKS.items():
        try:
            results = getattr(manager.hook, name)()
        except Exception as e:  # a stranger's code; whatever it is, it is reported
            raise _error(plugin, f"{name}() raised {type(e).__name__}: {e}") from e
        for offered in results:
            if not isinstance(offered, dict):
                raise _error(plugin, f"{name}() must give a dict, got {type(offered).__name__}")
            classes.update({(kind, part): cls for part, cls in offered.items()})
    return classes


def _import(plugin: InstalledPlugin) -> ModuleType:
    points = entry_points(group=ENTRY_POINT_GROUP, name=plugin.name)
    point = next(p for p in points if p.module == plugin.module)
    try:
        module = point.load()
    except (Exception, SystemExit) as e:  # a stranger's code; whatever it is, it is reported
        first = str(e).strip().splitlines()
        reason = f"importing {plugin.module} raised {type(e).__name__}"
        raise _error(plugin, f"{reason}: {first[0]}" if first else reason) from e
    if not isinstance(module, ModuleType):
        raise _error(plugin, f"its entry point must name a module, got {type(module).__name__}")
    return module


def _unknown_hooks(module: ModuleType) -> list[str]:
    """Functions that are marked, or merely named, as hooks that do not exist."""
    found = inspect.getmembers(module, inspect.isfunction)
    mark = f"{hooks.HOOK_NAMESPACE}_impl"
    prefix = f"{hooks.HOOK_NAMESPACE}_"
    return [
        name
        for name, function in found
        if name not in HOOKS.values() and (hasattr(function, mark) or name.startswith(prefix))
    ]


def _error(plugin: InstalledPlugin, reason: str, do: str = "") -> PluginError:
    return PluginError(reason, where=f"plugin {plugin.name}", do=do)
