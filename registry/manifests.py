"""A plugin's manifest.yaml: what the plugin offers, readable without importing it.

It lies beside the module that the entry point names::

    visemix_plugin: 1                     # version of this format
    name: acme-face                       # small letters, digits, - _ .
    version: 1.2.0
    requires: ">=0.1,<0.2"                # versions of visemix it works with
    summary: A renderer made of bricks.
    license: {code: Apache-2.0, weights: none, note: optional text}
    papers: ["Doe et al., Bricks, 2024"]  # optional
    hardware: cpu                         # optional: cpu or cuda, for all its parts
    parts:
      - name: brick-renderer              # the name used in recipes
        kind: renderer                    # one of core.contracts.KINDS
        summary: Draws bricks.
        hardware: cuda                    # optional: this part only
        consumes: {geometry: {topology: [canonical-468], masks: {all: [eyes]}}}
        provides: {rendering: {maps: $maps}}   # the value of the setting
        settings:                         # keyword arguments of the class
          maps: {type: list, default: [eyes], choices: [eyes, mouth], help: Maps to draw.}
          bricks: {type: int, default: 8, low: 1, high: 99, help: Bricks per edge.}
        stages: [general]                 # optional: training stages, in order
      - name: brick-error                 # metrics say what their number means
        kind: metric
        summary: Bricks in the wrong place.
        measure: {unit: "1", better: smaller, group: picture, source: "Doe et al., eq 3",
                  version: 1, controls: ["re-encoded > still"]}
    recipes: {acme: recipe.yaml, acme/tiny: tiny.yaml}   # optional: name -> file beside this one

The types of settings are int, float, str, bool, path and list (of text or numbers).
"""

import re
from collections.abc import Mapping
from pathlib import Path

import attrs

from visemix.core.contracts import HARDWARE, KINDS, Contract
from visemix.core.errors import PluginError
from visemix.registry.manifest_parts import read_part
from visemix.registry.node import Node
from visemix.registry.strict import StrictReader
from visemix.registry.versions import is_range
from visemix.registry.yaml_text import read_yaml

FORMAT = 1
FILE_NAME = "manifest.yaml"
KEYS = (
    "visemix_plugin", "name", "version", "requires", "summary", "license", "papers",
    "hardware", "parts", "recipes",
)  # fmt: skip
REQUIRED = ("visemix_plugin", "name", "version", "requires", "summary", "license", "parts")

_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")


@attrs.frozen
class License:
    """Under which terms a plugin may be used.

    Attributes:
        code: SPDX identifier of the code's licence.
        weights: of its weights, or "none".
        note: what else one should know.
    """

    code: str
    weights: str
    note: str = ""


@attrs.frozen
class Manifest:
    """What a plugin says of itself.

    Attributes:
        name: the plugin's name.
        version: its version.
        requires: range of visemix versions it works with.
        summary: one line.
        license: terms of use.
        papers: citations.
        hardware: what its parts need unless they say otherwise, one of HARDWARE.
        parts: what it offers.
        recipes: recipe name -> file, of the recipes it ships.
        folder: where the manifest is.
    """

    name: str
    version: str
    requires: str
    summary: str
    license: License
    papers: tuple[str, ...] = ()
    hardware: str = "cpu"
    parts: tuple[Contract, ...] = ()
    recipes: Mapping[str, Path] = attrs.field(factory=dict)
    folder: Path = Path()

    def part(self, kind: str, name: str) -> Contract | None:
        """The part of that kind and name, if the plugin offers it."""
        return next((p for p in self.parts if p.kind == kind and p.name == name), None)


def read_manifest(path: Path) -> Manifest:
    """The manifest in a file.

    Raises:
        PluginError: it cannot be read, or says something it must not; every problem is named.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as e:
        raise PluginError(f"cannot be read: {e}", where=path, do="reinstall the plugin") from e
    reader = StrictReader(PluginError)
    manifest = _manifest(reader, read_yaml(text, path.name, reader.problems, PluginError), path)
    if reader.problems:
        raise PluginError("; ".join(str(p).removesuffix(".") for p in reader.problems))
    return manifest


def _manifest(reader: StrictReader, root: Node, path: Path) -> Manifest:
    found = reader.entries(root, "the manifest", KEYS, REQUIRED)
    empty = Node(None, root.place)

    def text(key: str) -> str:
        return reader.text(found[key], key) if key in found else ""

    if "visemix_plugin" in found:
        reader.integer(found["visemix_plugin"], "visemix_plugin (manifest format)", FORMAT, FORMAT)
    name = text("name")
    if name and not _NAME.fullmatch(name):
        do = "use small letters, digits, '-', '_' and '.'"
        reader.problem(f"{name!r} cannot be a plugin's name", found["name"].place, do)
    requires = text("requires")
    if requires and not is_range(requires):
        do = 'write for example ">=0.1,<0.2"'
        reader.problem(f"{requires!r} is no version range", found["requires"].place, do)
    hardware = "cpu"
    if "hardware" in found:
        hardware = reader.text(found["hardware"], "hardware", HARDWARE)
    return Manifest(
        name=name,
        version=text("version"),
        requires=requires,
        summary=text("summary"),
        license=_license(reader, found.get("license", empty)),
        papers=reader.texts(found["papers"], "papers") if "papers" in found else (),
        hardware=hardware,
        parts=_parts(reader, found.get("parts", empty), name, hardware),
        recipes=_recipes(reader, found["recipes"], path.parent) if "recipes" in found else {},
        folder=path.parent,
    )


def _license(reader: StrictReader, node: Node) -> License:
    found = reader.entries(node, "license", ("code", "weights", "note"), ("code", "weights"))
    says = {key: reader.text(child, f"license.{key}") for key, child in found.items()}
    return License(says.get("code", ""), says.get("weights", ""), says.get("note", ""))


def _parts(reader: StrictReader, node: Node, plugin: str, hardware: str) -> tuple[Contract, ...]:
    parts: dict[tuple[str, str], Contract] = {}
    for child in reader.items(node, "parts"):
        part = read_part(reader, child, plugin, hardware)
        if part.kind in KINDS and (part.kind, part.name) in parts:
            reader.problem(f"{part.kind} {part.name!r} is listed twice", child.place, "remove one")
        parts[part.kind, part.name] = part
    return tuple(parts.values())


def _recipes(reader: StrictReader, node: Node, folder: Path) -> dict[str, Path]:
    files = {}
    for name, child in reader.free_entries(node, "recipes").items():
        file = reader.text(child, f"recipe {name!r}")
        if file and not (folder / file).is_file():
            reader.problem(f"no file {file!r} beside the manifest", child.place, "add the file")
        files[name] = folder / file
    return files
