"""A recipe told as a walk along its flow."""

from collections.abc import Iterator

from visemix.registry.flow import Arrow, arrows, spell_keys
from visemix.registry.resolve import ChosenPart, ResolvedRecipe


def explain(resolved: ResolvedRecipe) -> Iterator[str]:
    """Lines for people: every part, what it gets and from whom, what it is set to."""
    recipe = resolved.recipe
    yield f"{recipe.name}: {recipe.video.fps:g} frames per second, head crop {recipe.video.size} px"
    yield from (f"note: {note}" for note in resolved.notes)
    needs = list(arrows(resolved))
    for part in resolved.parts:
        yield ""
        yield f"{part.path}: {part.contract.name} ({part.contract.plugin})"
        yield f"  {part.contract.summary}"
        for arrow in needs:
            if arrow.consumer is part:
                yield f"  <- {arrow.port} from {_source(arrow)}: {spell_keys(arrow.offered or {})}"
        for name, value in part.settings.items():
            mark = "" if _said(resolved, part, name) else " (default)"
            yield f"  {name} = {value}{mark}"
    training = recipe.training
    stages = ", ".join(training.stages) or "all"
    yield ""
    yield f"training: preset {training.preset}, stages {stages}, seed {training.seed}"


def explain_data(resolved: ResolvedRecipe) -> dict[str, object]:
    """The same for programs."""
    return {
        "recipe": resolved.recipe.name,
        "notes": list(resolved.notes),
        "parts": [
            {
                "path": part.path,
                "part": part.contract.name,
                "plugin": part.contract.plugin,
                "settings": dict(part.settings),
            }
            for part in resolved.parts
        ],
        "arrows": [
            {
                "port": arrow.port,
                "from": arrow.provider.path if arrow.provider else "video",
                "to": arrow.consumer.path,
                "offered": arrow.offered,
                "wanted": arrow.wanted,
            }
            for arrow in arrows(resolved)
        ],
    }


def _source(arrow: Arrow) -> str:
    return arrow.provider.path if arrow.provider else "the recipe's video"


def _said(resolved: ResolvedRecipe, part: ChosenPart, setting: str) -> bool:
    return f"{part.path}.{setting}" in resolved.recipe.places
