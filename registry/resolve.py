"""Recipe + installed plugins -> the parts to build, with every setting explicit."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from visemix.core.contracts import Contract, Scalar, Setting
from visemix.core.errors import RecipeError
from visemix.registry.hardware import lacking
from visemix.registry.installed import Installed
from visemix.registry.names import advice
from visemix.registry.node import Node
from visemix.registry.overrides import SET
from visemix.registry.part_lookup import find_part
from visemix.registry.recipe import Amount, PartUse, Recipe, Video
from visemix.registry.setting_values import VIDEO_DEFAULTS, SettingValue, read_setting
from visemix.registry.strict import StrictReader


@attrs.frozen
class ChosenPart:
    """One part of a recipe, ready to be built.

    Attributes:
        path: its place in the recipe ("refiner", "discriminators.0").
        contract: which part.
        settings: all of its settings.
        place: where the recipe names it.
    """

    path: str
    contract: Contract
    settings: Mapping[str, SettingValue]
    place: str

    @property
    def title(self) -> str:
        """Kind and name, for messages."""
        return f"{self.contract.kind} {self.contract.name!r}"


@attrs.frozen
class ResolvedRecipe:
    """A recipe whose names and settings are all known.

    Attributes:
        recipe: as it was read.
        parts: in the order of the flow; discriminators last.
        notes: what a user should know, such as a fallback that was taken.
    """

    recipe: Recipe
    parts: tuple[ChosenPart, ...]
    notes: tuple[str, ...] = ()

    def part(self, path: str) -> ChosenPart | None:
        """The part at ``path`` of the recipe."""
        return next((part for part in self.parts if part.path == path), None)


class Resolver:
    """Chooses parts and collects what is wrong.

    Args:
        recipe: what to resolve.
        installed: the plugins to look in.
        avoid: kind and name of parts that turned out unusable -> why.
    """

    def __init__(
        self,
        recipe: Recipe,
        installed: Installed,
        avoid: Mapping[tuple[str, str], str] | None = None,
    ) -> None:
        self.recipe = recipe
        self.installed = installed
        self.avoid = avoid or {}
        self.reader = StrictReader(RecipeError)
        self.notes: list[str] = []

    def resolve(self) -> ResolvedRecipe:
        """Every part that can be chosen; look at ``reader.problems`` before using it."""
        chosen = [self._choose(kind, path, use) for kind, path, use in self.recipe.uses()]
        parts = tuple(part for part in chosen if part is not None)
        return ResolvedRecipe(self._with_stages_of(parts), parts, tuple(self.notes))

    def _with_stages_of(self, parts: Sequence[ChosenPart]) -> Recipe:
        """Stages and losses of parts that the command line put others in the place of are gone."""
        recipe, training = self.recipe, self.recipe.training
        if not any(part.place.startswith(SET) for part in parts):
            return recipe
        stages = {stage for part in parts for stage in part.contract.stages}
        trained = [part.contract for part in parts if part.contract.stages]
        losses = {loss for contract in trained for loss in contract.losses}
        if not all(contract.losses for contract in trained):
            losses |= set(training.weights)  # an older plugin, which does not name them

        def kept(path: str, name: str, known: set[str]) -> bool:
            return name in known or recipe.place(f"training.{path}").startswith(SET)

        left = [s for i, s in enumerate(training.stages) if kept(f"stages.{i}", s, stages)]
        weights = {k: v for k, v in training.weights.items() if kept(f"weights.{k}", k, losses)}

        def cut(key: str, amount: Amount) -> Amount:
            if not isinstance(amount, Mapping):
                return amount
            return {k: v for k, v in amount.items() if kept(f"{key}.{k}", k, stages)}

        training = attrs.evolve(
            training,
            stages=tuple(left),
            weights=weights,
            steps=cut("steps", training.steps),
            batch=cut("batch", training.batch),
        )
        return attrs.evolve(recipe, training=training)

    def _choose(self, kind: str, path: str, use: PartUse) -> ChosenPart | None:
        place = self.recipe.place(f"{path}.part")
        if not use.part:
            return None  # already reported
        contract: Contract | None
        try:
            contract, reason = self._usable(kind, use.part, place), ""
        except RecipeError as e:
            if use.otherwise is None:
                self.reader.problems.append(e)
                return None
            reason = e.what
            contract = self._fallback(kind, path, use)
        else:
            if use.otherwise is not None:
                self._known(kind, use.otherwise, f"{path}.otherwise")
        if contract is None:
            return None
        if reason:
            self.notes.append(f"{place}: {reason}; taking {use.otherwise!r}")
        use = self._without_leftovers(path, use, contract)
        self._check_keys(kind, path, use, contract)
        return ChosenPart(path, contract, self._settings(path, use, contract), place)

    def _without_leftovers(self, path: str, use: PartUse, contract: Contract) -> PartUse:
        """A part named on the command line gets those of the file's settings that it has too."""

        def said_here(key: str) -> bool:
            return self.recipe.place(f"{path}.{key}").startswith(SET)

        if not said_here("part"):
            return use
        kept = {k: v for k, v in use.settings.items() if k in contract.settings or said_here(k)}
        return attrs.evolve(use, settings=kept)

    def _usable(self, kind: str, name: str, place: str) -> Contract:
        contract = find_part(self.installed, kind, name, place)
        reason = self.avoid.get((kind, contract.name)) or lacking(contract)
        if reason is None:
            return contract
        others = [p.name for p in self.installed.parts(kind) if p != contract and not lacking(p)]
        do = f"use one of {', '.join(sorted(others))}" if others else ""
        raise RecipeError(f"the {kind} {name!r} cannot be used: {reason}", where=place, do=do)

    def _known(self, kind: str, name: str, path: str) -> None:
        """A fallback that is not needed must exist all the same."""
        try:
            find_part(self.installed, kind, name, self.recipe.place(path))
        except RecipeError as e:
            self.reader.problems.append(e)

    def _fallback(self, kind: str, path: str, use: PartUse) -> Contract | None:
        assert use.otherwise is not None
        try:
            return self._usable(kind, use.otherwise, self.recipe.place(f"{path}.otherwise"))
        except RecipeError as e:
            self.reader.problems.append(e)
            return None

    def _check_keys(self, kind: str, path: str, use: PartUse, contract: Contract) -> None:
        """A setting may belong to the part or to its fallback."""
        known = set(contract.settings)
        for name in filter(None, (use.part, use.otherwise)):
            plugin, _, bare = name.rpartition("/")
            manifests = [p.manifest for p in self.installed.plugins.values() if p.manifest]
            offers = [m.part(kind, bare) for m in manifests if plugin in ("", m.name)]
            if not any(offers):
                return  # not installed: its settings are not known
            known |= {key for offer in offers if offer for key in offer.settings}
        for key in use.settings.keys() - known:
            self.reader.problem(
                f"the {kind} {use.part!r} has no setting {key!r}",
                self.recipe.key_place(f"{path}.{key}"),
                advice(key, known),
            )

    def _settings(self, path: str, use: PartUse, contract: Contract) -> dict[str, SettingValue]:
        values: dict[str, SettingValue] = {}
        for name, setting in contract.settings.items():
            where = f"{path}.{name}"
            if name in use.settings:
                node = _node(use.settings[name], self.recipe, where)
                value = read_setting(self.reader, node, setting, where)
                values[name] = self._path(value, node) if setting.type == "path" else value
            elif setting.default in VIDEO_DEFAULTS:
                key = str(setting.default)[1:]
                node = Node(_video_value(setting, self.recipe.video), self.recipe.place(key))
                values[name] = read_setting(self.reader, node, setting, f"{where} (from {key})")
            else:
                values[name] = _default(setting, self.recipe.video)
        return values

    def _path(self, value: SettingValue, node: Node) -> SettingValue:
        """Paths in a file are relative to the file, those of ``--set`` to the current folder."""
        if not isinstance(value, str) or not value:
            return value
        folder = Path() if node.place.startswith(SET) else self.recipe.folder
        return str((folder / value).absolute())


def default_settings(contract: Contract, video: Video) -> dict[str, SettingValue]:
    """The settings of a part of which a recipe says nothing."""
    return {name: _default(setting, video) for name, setting in contract.settings.items()}


def _default(setting: Setting, video: Video) -> SettingValue:
    if setting.default in VIDEO_DEFAULTS:
        return _video_value(setting, video)
    if isinstance(setting.default, list):  # a part may change its list, never the manifest's
        return list(setting.default)
    return setting.default


def _video_value(setting: Setting, video: Video) -> Scalar:
    value: float = video.fps if setting.default == "$video.fps" else video.size
    return int(value) if setting.type == "int" and value == int(value) else value


def _node(value: SettingValue, recipe: Recipe, path: str) -> Node:
    if isinstance(value, list):
        items = [Node(item, recipe.place(f"{path}.{i}")) for i, item in enumerate(value)]
        return Node(items, recipe.place(path))
    return Node(value, recipe.place(path))
