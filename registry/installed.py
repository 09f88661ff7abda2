"""Every installed plugin, or why it cannot be used; none of them is imported."""

from collections.abc import Iterator, Mapping
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from pathlib import Path

import attrs

from visemix.core.contracts import Contract
from visemix.core.errors import PluginError
from visemix.registry.manifests import FILE_NAME, Manifest, read_manifest
from visemix.registry.module_files import module_folder
from visemix.registry.names import advice
from visemix.registry.versions import within

ENTRY_POINT_GROUP = "visemix.plugins"
FIRST_VERSION = "0.1.0"  # of a checkout that is not installed


@attrs.frozen
class InstalledPlugin:
    """One entry point of the group ``visemix.plugins``.

    Attributes:
        name: the entry point's name.
        module: the module it names.
        distribution: the package that brought it, empty if unknown.
        manifest: None if it cannot be used.
        reason: why it cannot be used, None if it can.
    """

    name: str
    module: str
    distribution: str = ""
    manifest: Manifest | None = None
    reason: str | None = None


@attrs.frozen
class ShippedRecipe:
    """A recipe that a plugin brings.

    Attributes:
        name: what users call it.
        plugin: who brings it.
        path: its file.
    """

    name: str
    plugin: str
    path: Path


@attrs.frozen
class Installed:
    """All plugins, usable or not, by name."""

    plugins: Mapping[str, InstalledPlugin]

    def usable(self) -> Iterator[Manifest]:
        """Manifests of the plugins that can be used."""
        return (p.manifest for p in self.plugins.values() if p.manifest and not p.reason)

    def broken(self) -> Iterator[InstalledPlugin]:
        """The plugins that cannot be used."""
        return (p for p in self.plugins.values() if p.reason)

    def parts(self, kind: str) -> Iterator[Contract]:
        """Every usable part of a kind."""
        return (part for manifest in self.usable() for part in manifest.parts if part.kind == kind)

    def recipes(self) -> Iterator[ShippedRecipe]:
        """Every recipe that a usable plugin brings."""
        for manifest in self.usable():
            for name, path in manifest.recipes.items():
                yield ShippedRecipe(name, manifest.name, path)

    def plugin(self, name: str) -> InstalledPlugin:
        """The plugin of that name.

        Raises:
            PluginError: there is none.
        """
        by_name = {p.manifest.name: p for p in self.plugins.values() if p.manifest}
        found = by_name.get(name) or self.plugins.get(name)
        if found is None:
            valid = {*by_name, *(p.name for p in self.broken() if p.manifest is None)}
            raise PluginError(f"no plugin {name!r} is installed", do=advice(name, valid))
        return found


def find_installed() -> Installed:
    """Look at every installed distribution."""
    found: dict[str, InstalledPlugin] = {}
    points = sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name)
    ours = visemix_version()
    for point in points:
        plugin = _look_at(point, ours)
        if point.name in found and found[point.name].module != plugin.module:
            reason = (
                f"{plugin.distribution or plugin.module} and "
                f"{found[point.name].distribution or found[point.name].module} both install a "
                f"plugin named {point.name!r}; uninstall one"
            )
            plugin = attrs.evolve(plugin, manifest=None, reason=reason)
        found[point.name] = plugin
    return Installed(_without_twins(found))


def visemix_version() -> str:
    """The installed version of visemix."""
    try:
        return version("visemix")
    except PackageNotFoundError:
        return FIRST_VERSION


def _look_at(point: EntryPoint, ours: str) -> InstalledPlugin:
    distribution = point.dist.name if point.dist else ""
    plugin = InstalledPlugin(point.name, point.module, distribution)
    folder = module_folder(point.module)
    if folder is None:
        return attrs.evolve(plugin, reason=f"its module {point.module} is not there; reinstall it")
    if not (folder / FILE_NAME).is_file():
        return attrs.evolve(plugin, reason=f"it has no {FILE_NAME} beside {point.module}")
    try:
        manifest = read_manifest(folder / FILE_NAME)
    except PluginError as e:
        return attrs.evolve(plugin, reason=str(e).removesuffix("."))
    plugin = attrs.evolve(plugin, manifest=manifest)
    if not within(ours, manifest.requires):
        reason = f"it needs visemix {manifest.requires}, this is {ours}; install a matching version"
        return attrs.evolve(plugin, reason=reason)
    return plugin


def _without_twins(plugins: Mapping[str, InstalledPlugin]) -> dict[str, InstalledPlugin]:
    """Two entry points whose manifests have one name would be told apart by nothing."""
    names: dict[str, str] = {}
    result = {}
    for key, plugin in plugins.items():
        name = plugin.manifest.name if plugin.manifest else key
        if name in names:
            reason = f"its manifest has the name {name!r}, as that of {names[name]!r} has"
            plugin = attrs.evolve(plugin, reason=reason)
        names.setdefault(name, key)
        result[key] = plugin
    return result
