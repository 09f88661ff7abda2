"""The ``parts`` of a manifest: contracts and settings."""

import re
from collections.abc import Mapping

from visemix.core.contracts import HARDWARE, KINDS, Contract, Ports, Property, Scalar, Setting
from visemix.registry.manifest_measure import read_measure
from visemix.registry.names import advice
from visemix.registry.node import Node, is_entries, is_items
from visemix.registry.setting_values import TYPES, VIDEO_DEFAULTS, SettingValue, read_setting
from visemix.registry.strict import StrictReader

PART_KEYS = (
    "name", "kind", "summary", "consumes", "provides", "settings", "stages", "hardware",
    "losses", "modules", "measure",
)  # fmt: skip
SETTING_KEYS = ("type", "default", "help", "choices", "low", "high")
RESERVED = ("part", "otherwise", "judges", "weight")  # keys of a recipe beside the settings

_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")


def read_part(reader: StrictReader, node: Node, plugin: str, hardware: str) -> Contract:
    """One part; ``hardware`` is what it needs unless it says otherwise."""
    found = reader.entries(node, "a part", PART_KEYS, ("name", "kind", "summary"))
    texts = {
        key: reader.text(found[key], key, KINDS if key == "kind" else ())
        for key in ("name", "kind", "summary")
        if key in found
    }
    name = texts.get("name", "")
    if name and not _NAME.fullmatch(name):
        do = "use small letters, digits, '-', '_' and '.'"
        reader.problem(f"{name!r} cannot be a part's name", found["name"].place, do)
    settings = _settings(reader, found["settings"], name) if "settings" in found else {}
    if "hardware" in found:
        hardware = reader.text(found["hardware"], f"{name}.hardware", HARDWARE)
    return Contract(
        name=name,
        kind=texts.get("kind", ""),
        plugin=plugin,
        summary=texts.get("summary", ""),
        consumes=_ports(reader, found["consumes"], settings) if "consumes" in found else {},
        provides=_provides(reader, found["provides"], settings) if "provides" in found else {},
        settings=settings,
        stages=reader.texts(found["stages"], f"{name}.stages") if "stages" in found else (),
        hardware=hardware,
        losses=reader.texts(found["losses"], f"{name}.losses") if "losses" in found else (),
        modules=reader.texts(found["modules"], f"{name}.modules") if "modules" in found else (),
        measure=read_measure(reader, found["measure"], name) if "measure" in found else None,
    )


def _settings(reader: StrictReader, node: Node, part: str) -> dict[str, Setting]:
    settings = {}
    for name, child in reader.free_entries(node, f"{part}.settings").items():
        what = f"{part}.settings.{name}"
        if not name.isidentifier() or name in RESERVED:
            do = f"use a Python identifier other than {', '.join(RESERVED)}"
            reader.problem(f"{name!r} cannot be a setting's name", node.keys[name], do)
        settings[name] = _setting(reader, child, what)
    return settings


def _setting(reader: StrictReader, node: Node, what: str) -> Setting:
    found = reader.entries(node, what, SETTING_KEYS, ("type", "help"))
    bare = Setting(
        type=reader.text(found["type"], f"{what}.type", TYPES) if "type" in found else "str",
        help=reader.text(found["help"], f"{what}.help") if "help" in found else "",
        choices=_choices(reader, found["choices"], what) if "choices" in found else (),
        low=_limit(reader, found["low"], f"{what}.low") if "low" in found else None,
        high=_limit(reader, found["high"], f"{what}.high") if "high" in found else None,
    )
    default = found.get("default")
    if default is None or default.value is None:
        return bare
    value: SettingValue
    if default.value in VIDEO_DEFAULTS and bare.type in ("int", "float"):
        value = str(default.value)
    else:
        value = read_setting(reader, default, bare, f"{what}.default")
    return Setting(bare.type, value, bare.help, bare.choices, bare.low, bare.high)


def _limit(reader: StrictReader, node: Node, what: str) -> float:
    return reader.number(node, what, -float("inf"), float("inf"))


def _choices(reader: StrictReader, node: Node, what: str) -> tuple[Scalar, ...]:
    return tuple(
        _scalar(reader, child, f"{what}.choices") for child in reader.items(node, f"{what}.choices")
    )


def _ports(reader: StrictReader, node: Node, settings: Mapping[str, Setting]) -> Ports:
    ports = {}
    for port, keys in reader.free_entries(node, "ports").items():
        ports[port] = {
            key: _property(reader, child, f"{port}.{key}", settings)
            for key, child in reader.free_entries(keys, port).items()
        }
    return ports


def _provides(reader: StrictReader, node: Node, settings: Mapping[str, Setting]) -> Ports:
    ports = _ports(reader, node, settings)
    for port, keys in ports.items():
        for key, value in keys.items():
            if isinstance(value, Mapping):
                do = "write the list of all that it offers; only consumers say {all: [...]}"
                reader.problem(f"provides {port}.{key} cannot be a mapping", node.place, do)
    return ports


def _property(
    reader: StrictReader, node: Node, what: str, settings: Mapping[str, Setting]
) -> Property:
    if is_items(node.value):
        return [_listed(reader, child, what) for child in node.value]
    if is_entries(node.value):
        found = reader.entries(node, what, ("all",), ("all",))
        every = reader.items(found["all"], what) if "all" in found else []
        return {"all": [_listed(reader, child, what) for child in every]}
    value = _scalar(reader, node, what)
    if isinstance(value, str) and value.startswith("$") and value[1:] not in settings:
        do = advice(value[1:], settings)
        reader.problem(f"{what}: no setting {value[1:]!r} of this part", node.place, do)
    return value


def _listed(reader: StrictReader, node: Node, what: str) -> Scalar:
    value = _scalar(reader, node, what)
    if isinstance(value, str) and value.startswith("$"):
        do = "write it without a list, and make the setting a list"
        reader.problem(f"{what}: {value!r} stands in a list", node.place, do)
    return value


def _scalar(reader: StrictReader, node: Node, what: str) -> Scalar:
    if node.value is None or isinstance(node.value, list | dict):
        reader.expect("text or a number", node, what)
        return ""
    return node.value
