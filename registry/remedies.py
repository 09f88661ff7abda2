"""What would make two parts fit: another setting, or another installed part."""

from collections.abc import Iterator, Mapping, Sequence

import attrs

from visemix.core.contracts import KINDS, Contract, Property, Scalar, Setting, misfits, resolve
from visemix.registry.flow import HEAD, VIDEO, Arrow, needs, spell
from visemix.registry.hardware import lacking
from visemix.registry.installed import Installed
from visemix.registry.resolve import ChosenPart, ResolvedRecipe, default_settings
from visemix.registry.setting_values import VIDEO_DEFAULTS, SettingValue


def remedies(arrow: Arrow, resolved: ResolvedRecipe, installed: Installed) -> str:
    """Advice for an arrow that does not fit."""
    found = list(_settings(arrow))
    video = resolved.recipe.video
    if arrow.provider is not None:
        kind = arrow.provider.contract.kind
        names = [
            part.name
            for part in _runnable(installed, kind)
            if arrow.port in part.provides and _accepts(arrow, part, default_settings(part, video))
        ]
        found += [f"{kind}: {', '.join(sorted(names))}"] if names else []
    kind = arrow.consumer.contract.kind
    names = [
        part.name
        for part in _runnable(installed, kind)
        if part.name != arrow.consumer.contract.name
        and not misfits(
            {arrow.port: arrow.offered or {}},
            needs(part, default_settings(part, video), arrow.port == HEAD),
        )
    ]
    found += [f"{kind}: {', '.join(sorted(names))}"] if names else []
    if not found:
        return "no installed part fits there; install a plugin that offers one"
    return f"these would fit: {'; or '.join(found)}"


def suppliers(arrow: Arrow, resolved: ResolvedRecipe, installed: Installed) -> str:
    """Advice for a port that nobody makes."""
    kinds = KINDS[: KINDS.index(arrow.consumer.contract.kind)]
    found = []
    for kind in kinds:
        names = sorted(p.name for p in _runnable(installed, kind) if arrow.port in p.provides)
        if names:
            verb = "use" if resolved.part(kind) else "add"
            found.append(f"{verb} {kind}: {', '.join(names)}")
    return "; or ".join(found) or "no installed part makes it; install a plugin that does"


def _runnable(installed: Installed, kind: str) -> Iterator[Contract]:
    return (part for part in installed.parts(kind) if not lacking(part))


def _accepts(arrow: Arrow, part: Contract, settings: Mapping[str, object]) -> bool:
    provides = resolve(part.provides, settings)
    return not misfits({arrow.port: provides[arrow.port]}, {arrow.port: arrow.wanted})


def _settings(arrow: Arrow) -> Iterator[str]:
    """One changed value of the recipe that makes the arrow fit."""
    if arrow.provider is None:
        yield from (f"{VIDEO}.{m.key}: {spell(m.wanted)}" for m in arrow.misfits())
    wanted = [value for misfit in arrow.misfits() for value in _flat(misfit.wanted)]
    for part in filter(None, (arrow.provider, arrow.consumer)):
        for name, setting in part.contract.settings.items():
            path = f"{part.path}.{name}"
            if setting.default in VIDEO_DEFAULTS:
                path = str(setting.default)[1:]
            for value in _candidates(setting, part.settings[name], wanted):
                changed = attrs.evolve(part, settings={**part.settings, name: value})
                if _fits_with(arrow, part, changed):
                    yield f"{path}: {_spelled(value)}"


def _candidates(
    setting: Setting, now: SettingValue, wanted: Sequence[Scalar]
) -> Iterator[SettingValue]:
    values: Sequence[Scalar] = (True, False) if setting.type == "bool" else setting.choices
    if setting.type == "list":
        known = now if isinstance(now, list) else []
        yield [*known, *(v for v in wanted if v not in known and (not values or v in values))]
    elif values:
        yield from values
    elif setting.type != "path":
        numbers = setting.type in ("int", "float")
        yield from (value for value in wanted if isinstance(value, int | float) == numbers)


def _flat(value: Property) -> list[Scalar]:
    if isinstance(value, Mapping):
        return list(value["all"])
    return value if isinstance(value, list) else [value]


def _spelled(value: SettingValue) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)


def _fits_with(arrow: Arrow, old: ChosenPart, new: ChosenPart) -> bool:
    offered = {arrow.port: arrow.offered or {}}
    wanted = {arrow.port: arrow.wanted}
    if old is arrow.provider:
        provides = resolve(new.contract.provides, new.settings)
        offered = {arrow.port: provides.get(arrow.port, {})}
    else:
        needed = needs(new.contract, new.settings, arrow.port == HEAD)
        wanted = {arrow.port: needed.get(arrow.port, {})}
    return not misfits(offered, wanted)
