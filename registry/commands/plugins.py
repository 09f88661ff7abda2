"""``visemix plugins``: what is installed, read from manifests."""

import argparse
from typing import TYPE_CHECKING

import attrs

from visemix.core.contracts import KINDS, Contract
from visemix.registry.commands import COMMANDS
from visemix.registry.flow import spell_keys
from visemix.registry.installed import Installed, InstalledPlugin, find_installed
from visemix.registry.terminal import add_json, columns, say, say_json

if TYPE_CHECKING:
    from visemix.registry.conformance import Conformance
    from visemix.registry.terminal import Subparsers

UNUSABLE = 2


def add_parser(subparsers: "Subparsers") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("plugins", help=COMMANDS["plugins"])
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add_json(actions.add_parser("list", help="every installed plugin and what it offers"))
    show = actions.add_parser("show", help="everything a plugin's manifest says")
    show.add_argument("name", help="name of the plugin")
    add_json(show)
    check = actions.add_parser("check", help="import every plugin, or try the parts of one")
    check.add_argument(
        "name", nargs="?", help="try every part of this plugin with the conformance kit"
    )
    add_json(check)


def run(args: argparse.Namespace) -> int:
    """Run it."""
    installed = find_installed()
    if args.action == "show":
        return _show(installed.plugin(args.name), args.json)
    if args.action == "check":
        return _try(installed, args) if args.name else _check(installed, args.json)
    return _list(installed, args.json)


def _list(installed: Installed, as_json: bool) -> int:
    plugins = installed.plugins.values()
    if as_json:
        say_json([plugin_data(plugin) for plugin in plugins])
    elif not plugins:
        say("no plugins are installed; in a checkout, run: pip install -e .")
    for plugin in () if as_json else plugins:
        say(_headline(plugin))
        for line in columns(map(_row, _usable_parts(plugin))):
            say(f"  {line}")
    return 0


def _check(installed: Installed, as_json: bool) -> int:
    from visemix.registry.plugin_states import plugin_states  # needs torch, which takes seconds

    states = plugin_states(installed)
    if as_json:
        say_json(
            {name: {"usable": not reason, "reason": reason} for name, reason in states.items()}
        )
    else:
        for line in columns((name, reason or "ok") for name, reason in states.items()):
            say(line)
    return UNUSABLE if any(states.values()) else 0


def _try(installed: Installed, args: argparse.Namespace) -> int:
    from visemix.registry.conformance import check_plugin  # needs torch, as above

    tried = check_plugin(args.name, installed=installed)
    if args.json:
        say_json([_conformance_data(one) for one in tried])
    for one in () if args.json else tried:
        said = f"not tried: {one.skipped}" if one.skipped else "ok" if one.passed else "faulty"
        say(f"{one.title}: {said}")
        for fault in one.faults:
            say(f"  - {fault}")
    return UNUSABLE if any(one.faults for one in tried) else 0


def _conformance_data(one: "Conformance") -> dict[str, object]:
    return {
        "kind": one.part.kind,
        "part": one.part.name,
        "settings": dict(one.settings),
        "passed": one.passed,
        "faults": list(one.faults),
        "skipped": one.skipped or None,
    }


def _show(plugin: InstalledPlugin, as_json: bool) -> int:
    if as_json:
        say_json(plugin_data(plugin))
        return 0
    say(_headline(plugin))
    manifest = plugin.manifest
    if manifest is None:
        return 0
    terms = f"code {manifest.license.code}, weights {manifest.license.weights}"
    note = f" ({manifest.license.note})" if manifest.license.note else ""
    say(
        f"module: {plugin.module}; needs visemix {manifest.requires}; hardware: {manifest.hardware}"
    )
    say(f"license: {terms}{note}")
    for paper in manifest.papers:
        say(f"paper: {paper}")
    for name, path in manifest.recipes.items():
        say(f"recipe: {name} ({path.name})")
    for part in manifest.parts:
        say()
        for line in part_lines(part):
            say(line)
    return 0


def part_lines(part: Contract) -> list[str]:
    """One part for people: what it takes, makes, and can be set to."""
    lines = [f"{part.kind} {part.name}: {part.summary}"]
    lines += [f"  needs {port}: {spell_keys(keys)}" for port, keys in part.consumes.items()]
    lines += [f"  makes {port}: {spell_keys(keys)}" for port, keys in part.provides.items()]
    if part.stages:
        lines.append(f"  trained in stages: {', '.join(part.stages)}")
    rows = [
        (name, setting.type, f"default {setting.default}", setting.help)
        for name, setting in part.settings.items()
    ]
    return lines + [f"  {line}" for line in columns(rows)]


def plugin_data(plugin: InstalledPlugin) -> dict[str, object]:
    """One plugin for programs."""
    manifest = attrs.asdict(plugin.manifest) if plugin.manifest else None
    return {
        "name": plugin.manifest.name if plugin.manifest else plugin.name,
        "module": plugin.module,
        "distribution": plugin.distribution,
        "usable": plugin.reason is None,
        "reason": plugin.reason,
        "manifest": manifest,
    }


def _headline(plugin: InstalledPlugin) -> str:
    manifest = plugin.manifest
    title = f"{manifest.name} {manifest.version}" if manifest else plugin.name
    if plugin.reason:
        return f"{title}: cannot be used: {plugin.reason}"
    return f"{title}: {manifest.summary}" if manifest else title


def _usable_parts(plugin: InstalledPlugin) -> list[Contract]:
    if plugin.reason or plugin.manifest is None:
        return []
    return sorted(plugin.manifest.parts, key=lambda part: KINDS.index(part.kind))


def _row(part: Contract) -> tuple[str, str, str]:
    return part.kind, part.name, part.summary
