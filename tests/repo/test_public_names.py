"""Removing a public name of core needs an edit of public_names.json.

Others build on these names. One that goes needs a release in which it warns (CONTRIBUTING.md);
then take it out of the file. ``python tests/repo/test_public_names.py`` adds the new ones.
"""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE = Path(__file__).with_name("public_names.json")

Names = dict[str, list[str]]


def names_of_core() -> Names:
    """Module -> its public classes, their members, functions and constants."""
    found = {}
    for path in sorted((ROOT / "core").rglob("*.py")):
        module = ".".join(("visemix", *path.relative_to(ROOT).with_suffix("").parts))
        names = sorted(names_in(ast.parse(path.read_text()).body))
        if names:
            found[module.removesuffix(".__init__")] = names
    return found


def names_in(body: list[ast.stmt], owner: str = "") -> Iterator[str]:
    for node in body:
        for name in defined(node):
            if not name.startswith("_"):
                yield owner + name
                if isinstance(node, ast.ClassDef):
                    yield from names_in(node.body, f"{owner}{name}.")


def defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else []
    if isinstance(node, ast.AnnAssign):
        targets = [node.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def test_no_public_name_was_removed() -> None:
    recorded: Names = json.loads(FILE.read_text())
    present = names_of_core()
    removed = [
        f"{module}.{name}"
        for module, names in recorded.items()
        for name in sorted(set(names) - set(present.get(module, [])))
    ]
    assert not removed, f"take them out of {FILE.name} if that is meant"


def test_the_list_has_what_others_build_on() -> None:
    recorded: Names = json.loads(FILE.read_text())
    assert "Renderer.render" in recorded["visemix.core.interfaces"]
    assert "HeadPose.convention" in recorded["visemix.core.values.pose"]
    assert "Pipeline.generate" in recorded["visemix.core.talking"]
    assert sum(map(len, recorded.values())) > 400


if __name__ == "__main__":
    known: Names = json.loads(FILE.read_text()) if FILE.exists() else {}
    now = names_of_core()
    merged = {m: sorted({*known.get(m, []), *now.get(m, [])}) for m in sorted({*known, *now})}
    FILE.write_text(json.dumps(merged, indent=1) + "\n")
