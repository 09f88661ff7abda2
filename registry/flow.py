"""What passes between the parts of a recipe: for each need, the part that serves it."""

from collections.abc import Iterator, Mapping

import attrs

from visemix.core.contracts import Contract, Misfit, Property, misfits, resolve
from visemix.registry.resolve import ChosenPart, ResolvedRecipe

VIDEO = "video"

HEAD = "head"
"""What a head motion makes: the pose, in place of that of ``attributes``."""

ATTRIBUTES = "attributes"

Keys = Mapping[str, Property]


@attrs.frozen
class Arrow:
    """One port between two parts.

    Attributes:
        port: what passes.
        consumer: who needs it.
        wanted: property -> accepted.
        provider: who makes it; None for the recipe's own ``video``, and where nobody does.
        offered: property -> made; None where nobody makes it.
    """

    port: str
    consumer: ChosenPart
    wanted: Keys
    provider: ChosenPart | None
    offered: Keys | None

    def misfits(self) -> list[Misfit]:
        """What does not fit, if somebody makes it."""
        if self.offered is None:
            return []
        return misfits({self.port: self.offered}, {self.port: self.wanted})


def arrows(resolved: ResolvedRecipe) -> Iterator[Arrow]:
    """Every arrow, in the order of the flow.

    A port comes from the nearest earlier part that makes it.
    """
    video = resolved.recipe.video
    made: dict[str, tuple[ChosenPart | None, Keys]] = {
        VIDEO: (None, {"fps": video.fps, "size": video.size})
    }
    for part in resolved.parts:
        for port, wanted in needs(part.contract, part.settings, HEAD in made).items():
            provider, offered = made.get(port, (None, None))
            yield Arrow(port, part, wanted, provider, offered)
        if part.contract.kind != "discriminator":
            provides = resolve(part.contract.provides, part.settings)
            if ATTRIBUTES in provides:
                made.pop(HEAD, None)  # whoever changes the attributes has seen that pose
            made.update({port: (part, keys) for port, keys in provides.items()})


def needs(contract: Contract, settings: Mapping[str, object], posed: bool) -> dict[str, Keys]:
    """Port -> what a part accepts there.

    Args:
        contract: of the part.
        settings: of the part.
        posed: whether a head motion makes the pose, which is then asked of it.
    """
    found: dict[str, Keys] = dict(resolve(contract.consumes, settings))
    wanted = found.get(ATTRIBUTES, {})
    if posed and "pose" in wanted:
        found[ATTRIBUTES] = {key: value for key, value in wanted.items() if key != "pose"}
        found[HEAD] = {"pose": wanted["pose"]}
    return found


def spell(value: Property) -> str:
    """A property for people.

    >>> spell(["mfcc", "raw"]), spell({"all": ["eyes", "lips"]}), spell(28), spell([])
    ('mfcc or raw', 'eyes and lips', '28', 'none')
    """
    if isinstance(value, Mapping):
        return " and ".join(map(str, value["all"]))
    return " or ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


def spell_keys(keys: Keys) -> str:
    """All properties of a port for people.

    >>> spell_keys({"kind": ["mfcc", "raw"], "width": 12})
    'kind = mfcc or raw, width = 12'
    """
    return ", ".join(f"{key} = {spell(value)}" for key, value in keys.items()) or "anything"
