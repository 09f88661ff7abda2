"""Name in a recipe -> part of an installed plugin; unknown and doubtful names are explained."""

from collections.abc import Sequence

from visemix.core.contracts import KINDS, Contract
from visemix.core.errors import RecipeError, UnknownPart
from visemix.registry.installed import Installed
from visemix.registry.names import advice


def find_part(installed: Installed, kind: str, name: str, where: str) -> Contract:
    """The part that a recipe calls ``name``, or ``plugin/name`` where two plugins offer it.

    Args:
        installed: the plugins to look in.
        kind: one of core.contracts.KINDS.
        name: as the recipe says it.
        where: place in the recipe, for the message.

    Raises:
        UnknownPart: no usable plugin offers it.
        RecipeError: several plugins do.
    """
    plugin, _, bare = name.rpartition("/")
    found = [
        part for part in installed.parts(kind) if part.name == bare and plugin in ("", part.plugin)
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise _doubtful(kind, name, where, found)
    raise _unknown(installed, kind, name, where)


def _doubtful(kind: str, name: str, where: str, found: Sequence[Contract]) -> RecipeError:
    names = " or ".join(f"{part.plugin}/{part.name}" for part in found)
    plugins = " and ".join(part.plugin for part in found)
    return RecipeError(
        f"the plugins {plugins} both have the {kind} {name!r}", where=where, do=f"write {names}"
    )


def _unknown(installed: Installed, kind: str, name: str, where: str) -> UnknownPart:
    bare = name.rpartition("/")[2]
    for plugin in installed.broken():
        if plugin.manifest and plugin.manifest.part(kind, bare):
            return UnknownPart(
                f"the {kind} {name!r} belongs to the plugin {plugin.name!r}, which cannot be used: "
                f"{plugin.reason}",
                where=where,
            )
    what = f"no installed plugin has the {kind} {name!r}"
    others = [k for k in KINDS if k != kind and any(p.name == bare for p in installed.parts(k))]
    if others:
        what += f" (that is the name of a part of the kind {' and '.join(others)})"
    unread = [f"{p.name}: {p.reason}" for p in installed.broken() if p.manifest is None]
    if unread:
        what += f"; these plugins could not be looked into: {'; '.join(unread)}"
    names = [part.name for part in installed.parts(kind)]
    do = advice(name, names) if names else "install a plugin that has one"
    return UnknownPart(what, where=where, do=do)
