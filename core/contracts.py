"""What a part consumes and provides, readable without importing it.

A contract is data (from a plugin's manifest). Each port ("features", "attributes", ...) has named
properties. A provider states a value, or a list of all it offers; a consumer states the values it
accepts, or ``{all: [...]}`` when it needs every one. ``$name`` stands for the part's setting
``name``.
"""

from collections.abc import Mapping

import attrs

Scalar = str | int | float | bool
Property = Scalar | list[Scalar] | Mapping[str, list[Scalar]]
Ports = Mapping[str, Mapping[str, Property]]

KINDS = (
    "tracker",
    "identity_encoder",
    "audio_encoder",
    "attribute_model",
    "head_motion",
    "matcher",
    "face_model",
    "renderer",
    "refiner",
    "discriminator",
    "metric",
)
"""Kinds of parts, in the order of the data flow; also the keys of a recipe."""

HARDWARE = ("cpu", "cuda")

ANY = "any"


@attrs.frozen
class Setting:
    """One setting of a part.

    Attributes:
        type: "int", "float", "str", "bool", "path", or "list" (of str or numbers).
        default: used when a recipe does not say; "$video.fps" and "$video.size" stand for what
            the recipe says there.
        help: one line.
        choices: the values it may have; empty for any.
        low, high: inclusive limits of a number.
    """

    type: str
    default: Scalar | list[Scalar] | None = None
    help: str = ""
    choices: tuple[Scalar, ...] = ()
    low: float | None = None
    high: float | None = None


BETTER = ("larger", "smaller", "nearer")
"""Which number of a metric is better; "nearer": the one nearer to that of the true video."""

GROUPS = ("picture", "identity", "lips", "motion", "cost")


@attrs.frozen
class Measure:
    """What the number of a metric means.

    Attributes:
        unit: of the number ("dB", "px", "frames/s"; "1" for a bare number).
        better: one of BETTER.
        group: one of GROUPS.
        source: paper or script that defines it, and where ours differs.
        version: of our definition; raised whenever numbers change.
        controls: orders in which control rows must come out, "re-encoded > still": the left one is
            better. A metric whose controls come out otherwise is marked unusable in that run.
        weights: setting -> SHA-256 of the weights that published numbers were made with.
    """

    unit: str
    better: str
    group: str
    source: str
    version: int = 1
    controls: tuple[str, ...] = ()
    weights: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen
class Contract:
    """One part, as its manifest describes it.

    Attributes:
        name: the name used in recipes.
        kind: one of KINDS.
        plugin: the plugin that offers it.
        summary: one line.
        consumes: port -> property -> accepted.
        provides: port -> property -> offered.
        settings: name -> setting.
        stages: training stages it has, in order; empty when it cannot be trained.
        hardware: what it needs to run, one of HARDWARE.
        losses: names of the terms that its stages weigh; a recipe's training.weights may name
            them.
        modules: Python modules that it needs and that do not come with visemix.
        measure: what the number means, of a metric.
    """

    name: str
    kind: str
    plugin: str = ""
    summary: str = ""
    consumes: Ports = attrs.field(factory=dict)
    provides: Ports = attrs.field(factory=dict)
    settings: Mapping[str, Setting] = attrs.field(factory=dict)
    stages: tuple[str, ...] = ()
    hardware: str = "cpu"
    losses: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    measure: Measure | None = None


@attrs.frozen
class Misfit:
    """Why two parts do not fit.

    Attributes:
        port: which arrow.
        key: which property of it.
        wanted: what the consumer accepts.
        offered: what the provider gives; None when it says nothing of it.
    """

    port: str
    key: str
    wanted: Property
    offered: Property | None


def resolve(ports: Ports, settings: Mapping[str, object]) -> dict[str, dict[str, Property]]:
    """``ports`` with every ``$name`` replaced by that setting's value."""

    def value(item: Property) -> Property:
        if isinstance(item, str) and item.startswith("$"):
            found = settings[item[1:]]
            return found if isinstance(found, str | int | float | bool | list) else str(found)
        return item

    return {port: {k: value(v) for k, v in keys.items()} for port, keys in ports.items()}


def misfits(provides: Ports, consumes: Ports) -> list[Misfit]:
    """Everything that ``consumes`` asks of the ports that ``provides`` has, and does not get.

    >>> misfits({"features": {"kind": "mfcc"}}, {"features": {"kind": ["moonshine", "raw"]}})
    [Misfit(port='features', key='kind', wanted=['moonshine', 'raw'], offered='mfcc')]
    """
    found = []
    for port, keys in consumes.items():
        for key, wanted in keys.items():
            offered = provides.get(port, {}).get(key)
            if port in provides and not _fits(offered, wanted):
                found.append(Misfit(port, key, wanted, offered))
    return found


def _fits(offered: Property | None, wanted: Property) -> bool:
    have = offered if isinstance(offered, list) else [offered]
    if wanted == ANY or ANY in have:
        return True
    if isinstance(wanted, Mapping):
        return all(item in have for item in wanted["all"])
    accepted = wanted if isinstance(wanted, list) else [wanted]
    return any(item in accepted for item in have)
