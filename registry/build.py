"""Recipe -> the built parts that core/pipeline.py runs."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs

from visemix.core.interfaces import Discriminator, IdentityEncoder
from visemix.core.pipeline import Parts
from visemix.registry.find_recipe import load_recipe
from visemix.registry.installed import Installed, find_installed
from visemix.registry.parts import NamesFiles, PartBuilder
from visemix.registry.recipe import Recipe
from visemix.registry.resolve import ResolvedRecipe

LEARNED_FROM = ("discriminator", "identity_encoder")
"""Kinds of parts that a trained system does without, as it must do without their weights."""


@attrs.frozen(eq=False)
class Built:
    """A recipe and its parts, ready to run or to be trained.

    Attributes:
        resolved: what was built, with every setting; goes into the lock.
        parts: for the pipeline.
        discriminators: path in the recipe -> part, built for training only.
        identity_encoder: if the recipe has one; built for training only.
    """

    resolved: ResolvedRecipe
    parts: Parts
    discriminators: dict[str, Discriminator] = attrs.field(factory=dict)
    identity_encoder: IdentityEncoder | None = None

    def files(self) -> Iterator[tuple[str, Path]]:
        """(name, file) of everything the parts were made from."""
        for chosen in self.resolved.parts:
            for name, setting in chosen.contract.settings.items():
                value = chosen.settings[name]
                if setting.type == "path" and isinstance(value, str) and Path(value).is_file():
                    yield f"{chosen.path}.{name}", Path(value)
        for field in attrs.fields(Parts):
            part = getattr(self.parts, field.name)
            if isinstance(part, NamesFiles):
                yield from ((f"{field.name}/{n}", file) for n, file in part.files().items())


def build(name: str, overrides: Sequence[str] = (), *, training: bool = False) -> Built:
    """Find, check and build a recipe.

    Args:
        name: a recipe's name, a YAML file, or a checkpoint folder.
        overrides: "key.key=value" each.
        training: also build what is only learned from.

    Raises:
        RecipeError: there is no such recipe, or it cannot run.
        PluginError: a part fails to start.
    """
    installed = find_installed()
    return build_recipe(load_recipe(name, installed, overrides), installed, training=training)


def build_recipe(recipe: Recipe, installed: Installed, *, training: bool = False) -> Built:
    """Build a recipe that was read already.

    Raises:
        RecipeError: it cannot run.
        PluginError: a part fails to start.
    """
    builder = PartBuilder(installed)
    resolved = builder.choose(recipe)
    wanted = [p for p in resolved.parts if training or p.contract.kind not in LEARNED_FROM]
    # Any is safe here: the loader compared every class with its interface
    made: dict[str, Any] = {part.path: builder.build(part) for part in wanted}
    return Built(
        resolved,
        Parts(**{f.name: made[f.name] for f in attrs.fields(Parts) if f.name in made}),
        {path: part for path, part in made.items() if path.startswith("discriminators.")},
        made.get("identity_encoder"),
    )
