"""What a protocol says of its metrics, read strictly; nothing is loaded for it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from visemix.core.contracts import Contract, Setting
from visemix.core.errors import RecipeError
from visemix.registry.hardware import lacking
from visemix.registry.installed import Installed
from visemix.registry.lock import locked_file
from visemix.registry.names import advice
from visemix.registry.node import Node, Plain, tree
from visemix.registry.part_lookup import find_part
from visemix.registry.problems import raise_problems
from visemix.registry.recipe import Video
from visemix.registry.resolve import ChosenPart, default_settings
from visemix.registry.setting_values import SettingValue, read_setting
from visemix.registry.strict import StrictReader

KIND = "metric"
PART, LABEL = "part", "label"
"""Keys of an entry that are no settings of the metric."""


@attrs.frozen
class ChosenMetric:
    """One metric of a protocol; nothing of it is loaded yet.

    Attributes:
        label: unique in the protocol ("lmd", "lmd reduce=sum").
        part: which metric, with all its settings; paths are absolute.
        weights: setting -> SHA-256 of the file that it names.
        notes: what a reader should know, such as weights that differ from the published ones.
    """

    label: str
    part: ChosenPart
    weights: Mapping[str, str] = attrs.field(factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def data(self) -> dict[str, Plain]:
        """The same as an entry of a protocol, for another process (``choose_metrics``)."""
        contract, settings = self.part.contract, self.part.settings
        said = {name: _plain(value) for name, value in settings.items() if value is not None}
        return {PART: f"{contract.plugin}/{contract.name}", LABEL: self.label, **said}


def choose_metrics(
    node: Node, installed: Installed, reader: StrictReader, folder: Path = Path()
) -> tuple[ChosenMetric, ...]:
    """The metrics of a protocol; problems go to ``reader``.

    Args:
        node: a list. An entry is a metric's name ("psnr", or "plugin/psnr"), or a mapping with
            ``part``, settings of the metric, and ``label`` where the one made of both will not do.
        installed: the plugins to look in.
        reader: collects what is wrong.
        folder: what paths in settings are relative to.
    """
    entries = reader.items(node, "metrics")
    found = [_choose(entry, installed, reader, folder) for entry in entries]
    chosen = tuple(metric for metric in found if metric is not None)
    _check_labels(chosen, reader)
    return chosen


def metrics_of(
    data: Sequence[Plain], installed: Installed, folder: Path = Path()
) -> tuple[ChosenMetric, ...]:
    """The metrics of plain data: names, or mappings as in a protocol.

    Raises:
        RecipeError: one of them is unknown or has wrong settings.
    """
    reader = StrictReader(RecipeError)
    chosen = choose_metrics(tree(data, "metrics"), installed, reader, folder)
    raise_problems(reader.problems)
    return chosen


def _choose(
    node: Node, installed: Installed, reader: StrictReader, folder: Path
) -> ChosenMetric | None:
    if isinstance(node.value, str):
        node = Node({PART: Node(node.value, node.place)}, node.place, {PART: node.place})
    entries = reader.free_entries(node, "a metric")
    if PART not in entries:
        if entries:
            reader.problem("a metric lacks the key 'part'", node.place, "add 'part: NAME'")
        return None
    contract = _contract(entries[PART], installed, reader)
    if contract is None:
        return None
    said = {key: child for key, child in entries.items() if key not in (PART, LABEL)}
    settings = _settings(Node(said, node.place, node.keys), contract, reader, folder)
    label = reader.text(entries[LABEL], LABEL) if LABEL in entries else _label(contract, settings)
    part = ChosenPart(f"metrics.{label}", contract, settings, node.place)
    weights = _hashes(part)
    return ChosenMetric(label, part, weights, _differing(contract, weights))


def _contract(node: Node, installed: Installed, reader: StrictReader) -> Contract | None:
    name = reader.text(node, "part")
    if not name:
        return None
    try:
        contract = find_part(installed, KIND, name, node.place)
    except RecipeError as e:
        reader.problems.append(e)
        return None
    if (reason := lacking(contract)) is None:
        return contract
    do = "install it, or leave the metric out"
    reader.problem(f"the metric {name!r} cannot be used: {reason}", node.place, do)
    return None


def _settings(
    node: Node, contract: Contract, reader: StrictReader, folder: Path
) -> dict[str, SettingValue]:
    settings = default_settings(contract, Video())
    for key, child in reader.free_entries(node, contract.name).items():
        what = f"{contract.name}.{key}"
        if key in contract.settings:
            settings[key] = _value(child, contract.settings[key], what, reader, folder)
        else:
            what = f"the metric {contract.name!r} has no setting {key!r}"
            reader.problem(what, node.keys[key], advice(key, contract.settings))
    return settings


def _value(
    node: Node, setting: Setting, what: str, reader: StrictReader, folder: Path
) -> SettingValue:
    value = read_setting(reader, node, setting, what)
    if setting.type != "path" or not isinstance(value, str) or not value:
        return value
    path = (folder / value).absolute()
    if not path.exists():
        reader.problem(f"{what}: there is no {value!r}", node.place, f"it is looked for at {path}")
    return str(path)


def _label(contract: Contract, settings: Mapping[str, SettingValue]) -> str:
    """The name, and what differs from the defaults; paths are nobody's business."""
    default = default_settings(contract, Video())
    said = [
        f"{name}={spelt(value)}"
        for name, value in settings.items()
        if value != default[name] and contract.settings[name].type != "path"
    ]
    return " ".join((contract.name, *said))


def spelt(value: SettingValue) -> str:
    """A setting as a label and a report show it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(map(str, value))
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)


def _plain(value: SettingValue) -> Plain:
    return list(value) if isinstance(value, list) else value


def _hashes(part: ChosenPart) -> dict[str, str]:
    paths = {
        name: Path(str(part.settings[name]))
        for name, setting in part.contract.settings.items()
        if setting.type == "path" and part.settings[name]
    }
    return {name: locked_file(path).sha256 for name, path in paths.items() if path.is_file()}


def _differing(contract: Contract, weights: Mapping[str, str]) -> tuple[str, ...]:
    known = contract.measure.weights if contract.measure else {}
    return tuple(
        f"{contract.name}.{name} is not the file that published numbers were made with"
        for name, digest in weights.items()
        if known.get(name, digest) != digest
    )


def _check_labels(chosen: Sequence[ChosenMetric], reader: StrictReader) -> None:
    counts = Counter(metric.label for metric in chosen)
    for metric in chosen:
        if counts[metric.label] > 1:
            what = f"{counts[metric.label]} metrics are called {metric.label!r}"
            reader.problem(what, metric.part.place, "give each a 'label' of its own")
