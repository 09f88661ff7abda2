"""``visemix recipe``: what recipes say, and whether they can run. Imports no plugin."""

import argparse
from typing import TYPE_CHECKING

from visemix.registry.check import check_recipe
from visemix.registry.commands import COMMANDS
from visemix.registry.explain import explain, explain_data
from visemix.registry.find_recipe import load_recipe
from visemix.registry.installed import Installed, find_installed
from visemix.registry.recipe_text import dump, resolved_data
from visemix.registry.resolve import ResolvedRecipe
from visemix.registry.terminal import add_json, add_set, columns, say, say_json

if TYPE_CHECKING:
    from visemix.registry.terminal import Subparsers

ACTIONS = {
    "show": "the whole recipe, with the parts chosen here and every setting",
    "check": "say whether it can run here, and if not, everything that is wrong",
    "explain": "walk along the flow and say what passes between the parts",
}


def add_parser(subparsers: "Subparsers") -> None:
    """Declare the command."""
    parser = subparsers.add_parser("recipe", help=COMMANDS["recipe"])
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add_json(actions.add_parser("list", help="the recipes that installed plugins bring"))
    for name, summary in ACTIONS.items():
        action = actions.add_parser(name, help=summary)
        action.add_argument("recipe", help="a recipe's name, a YAML file or a checkpoint folder")
        add_set(action)
        add_json(action)


def run(args: argparse.Namespace) -> int:
    """Run it."""
    installed = find_installed()
    if args.action == "list":
        return _list(installed, args.json)
    resolved = check_recipe(load_recipe(args.recipe, installed, args.overrides), installed)
    if args.action == "show":
        data = resolved_data(resolved)
        say_json(data) if args.json else say(dump(data).rstrip())
    elif args.action == "explain":
        say_json(explain_data(resolved)) if args.json else say("\n".join(explain(resolved)))
    else:
        _check(args.recipe, resolved, args.json)
    return 0


def _list(installed: Installed, as_json: bool) -> int:
    recipes = sorted(installed.recipes(), key=lambda recipe: recipe.name)
    if as_json:
        say_json([{"name": r.name, "plugin": r.plugin, "file": str(r.path)} for r in recipes])
    elif not recipes:
        say("no installed plugin brings a recipe")
    else:
        say("\n".join(columns((r.name, f"from the plugin {r.plugin}") for r in recipes)))
    return 0


def _check(name: str, resolved: ResolvedRecipe, as_json: bool) -> None:
    if as_json:
        say_json({"recipe": resolved.recipe.name, "errors": [], "notes": list(resolved.notes)})
        return
    for note in resolved.notes:
        say(f"note: {note}")
    say(f"{name}: this recipe can run, with {len(resolved.parts)} parts that fit together")
