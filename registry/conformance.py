"""Runs the conformance kit over the parts of an installed plugin."""

from collections.abc import Callable, Iterator, Mapping
from importlib import resources

import attrs

from visemix.core.contracts import Contract
from visemix.core.errors import PluginError, VisemixError
from visemix.core.interfaces import Part
from visemix.core.media.video_in import read_photo
from visemix.core.testing.contracts import find_faults
from visemix.core.values.subject import Picture
from visemix.registry.hardware import lacking
from visemix.registry.installed import Installed, find_installed
from visemix.registry.plugin_manager import PluginLoader
from visemix.registry.recipe import Video
from visemix.registry.resolve import default_settings
from visemix.registry.setting_values import SettingValue

Changes = Mapping[str, Mapping[str, SettingValue]]
"""Part's name -> the settings to build it with, beside its defaults."""


@attrs.frozen
class Conformance:
    """What the kit says of one part.

    Attributes:
        part: which.
        settings: what differs from its defaults.
        faults: everything that it does not do, one sentence each.
        skipped: why it could not be tried here, empty if it was: it needs other hardware, does not
            start with these settings, or has to be trained first.
    """

    part: Contract
    settings: Mapping[str, SettingValue] = attrs.field(factory=dict)
    faults: tuple[str, ...] = ()
    skipped: str = ""

    @property
    def title(self) -> str:
        """Kind, name, and what differs from the defaults."""
        changed = ", ".join(f"{name}: {value}" for name, value in self.settings.items())
        return f"{self.part.kind} {self.part.name}" + (f" ({changed})" if changed else "")

    @property
    def passed(self) -> bool:
        """Whether it was tried and nothing was found."""
        return not self.faults and not self.skipped


def check_plugin(
    name: str, changes: Changes | None = None, installed: Installed | None = None
) -> list[Conformance]:
    """Build every part of a plugin and try it: with its defaults, and with every other choice.

    Args:
        name: of the plugin.
        changes: settings for parts that need other ones than their defaults.
        installed: where to look for it; None for everything that is installed.

    Raises:
        PluginError: there is no such plugin, or it cannot be loaded.
    """
    plugin = (installed or find_installed()).plugin(name)
    classes = PluginLoader().load(plugin)
    if plugin.manifest is None:
        raise PluginError("it has no manifest", where=f"plugin {name}")
    return list(_check(plugin.manifest.parts, classes, changes or {}))


def variants(part: Contract) -> Iterator[dict[str, SettingValue]]:
    """The defaults, then every other choice of every setting that has choices, one at a time."""
    yield {}
    for name, setting in part.settings.items():
        for choice in setting.choices if setting.type != "list" else ():
            if choice != setting.default:
                yield {name: choice}


def _check(
    parts: tuple[Contract, ...], classes: Mapping[tuple[str, str], type[Part]], changes: Changes
) -> Iterator[Conformance]:
    face = _face()
    for part in parts:
        if reason := lacking(part):
            yield Conformance(part, skipped=reason)
            continue
        for variant in variants(part):
            changed = {**changes.get(part.name, {}), **variant}
            yield _try(part, classes[part.kind, part.name], changed, face)


def _try(
    part: Contract, cls: Callable[..., Part], changed: Mapping[str, SettingValue], face: Picture
) -> Conformance:
    settings = {**default_settings(part, Video()), **changed}
    try:
        built = cls(**settings)
        faults = find_faults(part.kind, built, part, settings, face)
    except VisemixError as e:
        return Conformance(part, changed, skipped=str(e))
    except Exception as e:  # noqa: BLE001 - a stranger's code; whatever it is, it is reported
        return Conformance(part, changed, (f"it does not start: {type(e).__name__}: {e}",))
    return Conformance(part, changed, tuple(faults))


def _face() -> Picture:
    """The portrait of the demo."""
    with resources.as_file(resources.files("visemix.registry") / "demo" / "astronaut.jpg") as path:
        return read_photo(path)
