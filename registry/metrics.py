"""The metrics that a protocol names, built, and what their numbers mean."""

from pathlib import Path

from visemix.core.errors import PluginError
from visemix.core.interfaces import Metric
from visemix.core.judging.comparison import Definition
from visemix.registry.installed import Installed
from visemix.registry.metric_entries import KIND, ChosenMetric, spelt
from visemix.registry.parts import PartBuilder
from visemix.registry.plugin_manager import PluginLoader
from visemix.registry.resolve import ChosenPart


class MetricBuilder:
    """Loads the plugins of metrics and makes instances.

    Args:
        installed: the plugins to load from.
    """

    def __init__(self, installed: Installed) -> None:
        self._installed = installed
        self._loader = PluginLoader()
        self._builder = PartBuilder(installed)

    def definition(self, chosen: ChosenMetric) -> Definition:
        """What the number means; needs no weights.

        Raises:
            PluginError: its plugin cannot be loaded, or its manifest has no ``measure``.
        """
        contract = chosen.part.contract
        plugin = self._installed.plugin(contract.plugin)
        cls = self._loader.load(plugin)[KIND, contract.name]
        measure = contract.measure
        if measure is None:
            what = f"its manifest says nothing of what {contract.name!r} measures"
            raise PluginError(what, where=f"plugin {contract.plugin}", do="add 'measure: ...'")
        return Definition(
            label=chosen.label,
            part=contract.name,
            settings=_settings(chosen.part),
            summary=contract.summary,
            unit=measure.unit,
            better=measure.better,
            source=measure.source,
            version=measure.version,
            group=measure.group,
            pooled=issubclass(cls, Metric) and cls.pooled,
            controls=measure.controls,
            weights=chosen.weights,
        )

    def build(self, chosen: ChosenMetric) -> Metric:
        """The metric, made with all its settings.

        Raises:
            PluginError: its plugin cannot be loaded, or it fails to start.
            VisemixError: it cannot run: its weights or its program are missing.
        """
        part = self._builder.build(chosen.part)
        assert isinstance(part, Metric)  # the loader compared the class with its kind
        return part


def _settings(part: ChosenPart) -> dict[str, str]:
    """Every setting as text; of a path only the file's name, its content is known by its hash."""
    paths = {name for name, setting in part.contract.settings.items() if setting.type == "path"}
    return {
        name: Path(str(value)).name if name in paths and value else spelt(value)
        for name, value in part.settings.items()
    }
