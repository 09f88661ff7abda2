"""What happens when every plugin is loaded."""

from visemix.core.errors import PluginError
from visemix.registry.installed import Installed
from visemix.registry.plugin_manager import PluginLoader


def plugin_states(installed: Installed) -> dict[str, str | None]:
    """Plugin -> why it cannot be used, None if it can; imports all of them."""
    loader = PluginLoader()
    states: dict[str, str | None] = {}
    for key, plugin in installed.plugins.items():
        name = plugin.manifest.name if plugin.manifest else key
        try:
            loader.load(plugin)
        except PluginError as e:
            states[name] = f"{e.what}. {e.do}" if e.do else e.what
        else:
            states[name] = None
    return states
