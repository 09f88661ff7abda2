"""The protocol's tracker: one for every video, whatever a recipe's own is."""

from visemix.core.errors import RecipeError
from visemix.core.interfaces import FaceTracker
from visemix.registry.comparing.protocol import Judging
from visemix.registry.installed import find_installed
from visemix.registry.node import Plain, tree
from visemix.registry.part_lookup import find_part
from visemix.registry.parts import PartBuilder
from visemix.registry.problems import raise_problems
from visemix.registry.recipe import Video
from visemix.registry.resolve import ChosenPart, default_settings
from visemix.registry.setting_values import read_setting
from visemix.registry.strict import StrictReader

PLACE = "judging.tracker"


def tracker_of(judging: Judging, fps: float) -> FaceTracker:
    """The tracker, built.

    Raises:
        RecipeError: there is none of that name, or it has no such setting.
        PluginError: it cannot be loaded, or fails to start.
    """
    installed = find_installed()
    reader = StrictReader(RecipeError)
    said: dict[str, Plain] = dict(judging.tracker)
    contract = find_part(installed, "tracker", str(said.pop("part")), PLACE)
    settings = default_settings(contract, Video(fps=fps))
    for name, value in said.items():
        where = f"{PLACE}.{name}"
        if name in contract.settings:
            node = tree(value, where)
            settings[name] = read_setting(reader, node, contract.settings[name], where)
        else:
            reader.problem(f"the tracker {contract.name!r} has no setting {name!r}", where)
    raise_problems(reader.problems)
    part = PartBuilder(installed).build(ChosenPart("tracker", contract, settings, PLACE))
    assert isinstance(part, FaceTracker)  # the loader compared the class with its kind
    return part
