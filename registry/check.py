"""Whether a recipe can run: names, settings, and the contracts between neighbours."""

from collections.abc import Mapping

from visemix.core.contracts import Misfit, misfits, resolve
from visemix.core.errors import ContractError, RecipeError, VisemixError
from visemix.registry.flow import Arrow, arrows, spell
from visemix.registry.installed import Installed, visemix_version
from visemix.registry.names import advice
from visemix.registry.problems import raise_problems
from visemix.registry.recipe import Recipe, stages_of
from visemix.registry.remedies import remedies, suppliers
from visemix.registry.resolve import ResolvedRecipe, Resolver
from visemix.registry.versions import within


def check_recipe(
    recipe: Recipe,
    installed: Installed,
    avoid: Mapping[tuple[str, str], str] | None = None,
) -> ResolvedRecipe:
    """The recipe with every part chosen and every setting explicit.

    Args:
        recipe: as read from a file.
        installed: the plugins to look in.
        avoid: (kind, name) of parts that turned out unusable -> why.

    Raises:
        RecipeError: it cannot run; one error per problem (RecipeProblems for several).
    """
    problems: list[VisemixError] = _check_requires(recipe, installed)
    resolver = Resolver(recipe, installed, avoid)
    resolved = resolver.resolve()
    problems += resolver.reader.problems
    problems += _check_stages(resolved)
    problems += _check_losses(resolved)
    if not resolver.reader.problems:  # else the parts around a hole would be blamed
        for arrow in arrows(resolved):
            problems += _check_arrow(arrow, resolved, installed)
        problems += _check_rates(resolved)
    raise_problems(problems)
    return resolved


def _check_requires(recipe: Recipe, installed: Installed) -> list[VisemixError]:
    problems: list[VisemixError] = []
    versions = {m.name: m.version for m in installed.usable()} | {"visemix": visemix_version()}
    for name, wanted in recipe.requires.items():
        place = recipe.place(f"requires.{name}")
        if name not in versions:
            what = f"it requires the plugin {name!r}, which is not installed or cannot be used"
            problems.append(RecipeError(what, where=place, do=advice(name, versions)))
        elif not within(versions[name], wanted):
            what = f"it requires {name} {wanted}, this is {versions[name]}"
            problems.append(RecipeError(what, where=place, do="install a matching version"))
    return problems


def _check_stages(resolved: ResolvedRecipe) -> list[VisemixError]:
    valid = {stage for part in resolved.parts for stage in part.contract.stages}
    recipe, training = resolved.recipe, resolved.recipe.training
    named = {f"stages.{i}": stage for i, stage in enumerate(training.stages)}
    for key, amount in (("steps", training.steps), ("batch", training.batch)):
        named |= {f"{key}.{stage}": stage for stage in stages_of(amount)}
    return [
        RecipeError(
            f"no part of this recipe has a training stage {stage!r}",
            where=recipe.place(f"training.{path}"),
            do=advice(stage, valid),
        )
        for path, stage in named.items()
        if stage not in valid
    ]


def _check_losses(resolved: ResolvedRecipe) -> list[VisemixError]:
    """Whether every loss that the recipe weighs is one of a part's."""
    trained = [part.contract for part in resolved.parts if part.contract.stages]
    if any(not contract.losses for contract in trained):
        return []  # an older plugin, which does not name them
    valid = {loss for contract in trained for loss in contract.losses}
    recipe = resolved.recipe
    return [
        RecipeError(
            f"no part of this recipe has a loss {loss!r}",
            where=recipe.place(f"training.weights.{loss}"),
            do=advice(loss, valid),
        )
        for loss in recipe.training.weights
        if loss not in valid
    ]


def _check_rates(resolved: ResolvedRecipe) -> list[VisemixError]:
    """Everything that has a time axis has the video's frame rate."""
    wanted = resolved.recipe.video.fps
    problems: list[VisemixError] = []
    for part in resolved.parts:
        for port, keys in resolve(part.contract.provides, part.settings).items():
            if "fps" in keys and misfits({port: {"fps": keys["fps"]}}, {port: {"fps": wanted}}):
                what = f"the {part.title} makes {port}.fps = {spell(keys['fps'])}"
                what += f", but video.fps is {wanted:g}"
                problems.append(ContractError(what, where=part.place, do="give both one rate"))
    return problems


def _check_arrow(
    arrow: Arrow, resolved: ResolvedRecipe, installed: Installed
) -> list[VisemixError]:
    if arrow.offered is None:
        what = f"the {arrow.consumer.title} needs {arrow.port!r}, which no part before it makes"
        do = suppliers(arrow, resolved, installed)
        return [ContractError(what, where=arrow.consumer.place, do=do)]
    misfit = arrow.misfits()
    if not misfit:
        return []
    do = remedies(arrow, resolved, installed)
    return [
        ContractError(_misfit(arrow, item), where=arrow.consumer.place, do=do) for item in misfit
    ]


def _misfit(arrow: Arrow, misfit: Misfit) -> str:
    maker = f"the {arrow.provider.title} ({arrow.provider.place})" if arrow.provider else "video"
    makes = "says nothing of it" if misfit.offered is None else f"makes {spell(misfit.offered)}"
    return (
        f"the {arrow.consumer.title} needs {misfit.port}.{misfit.key} = {spell(misfit.wanted)}, "
        f"but {maker} {makes}"
    )
