"""Checks one value against the setting that a manifest declares."""

from visemix.core.contracts import Scalar, Setting
from visemix.registry.names import advice
from visemix.registry.node import Node
from visemix.registry.strict import StrictReader

TYPES = ("int", "float", "str", "bool", "path", "list")
VIDEO_DEFAULTS = ("$video.fps", "$video.size")

SettingValue = Scalar | list[Scalar] | None


def read_setting(reader: StrictReader, node: Node, setting: Setting, what: str) -> SettingValue:
    """The value of ``node``; problems go to ``reader``."""
    if node.value is None and setting.default is None:
        return None
    if setting.type == "list":
        return [_element(reader, child, setting, what) for child in reader.items(node, what)]
    return _scalar(reader, node, setting, what)


def _scalar(reader: StrictReader, node: Node, setting: Setting, what: str) -> Scalar:
    before = len(reader.problems)
    value: Scalar
    if setting.type == "bool":
        value = reader.boolean(node, what)
    elif setting.type in ("str", "path"):
        value = reader.text(node, what)
    elif setting.type == "int":
        value = reader.integer(node, what, *_limits(setting))
    else:
        value = reader.number(node, what, *_limits(setting))
    if len(reader.problems) == before:
        _check_choice(reader, node, value, setting, what)
    return value


def _element(reader: StrictReader, node: Node, setting: Setting, what: str) -> Scalar:
    value = node.value
    if value is None or isinstance(value, list | dict):
        reader.expect("text or a number in the list", node, what)
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        reader.number(node, what, *_limits(setting))
    _check_choice(reader, node, value, setting, what)
    return value


def _check_choice(
    reader: StrictReader, node: Node, value: Scalar, setting: Setting, what: str
) -> None:
    if setting.choices and value not in setting.choices:
        valid = [str(choice) for choice in setting.choices]
        reader.problem(f"{what} cannot be {value!r}", node.place, advice(str(value), valid))


def _limits(setting: Setting) -> tuple[float, float]:
    low = -float("inf") if setting.low is None else setting.low
    high = float("inf") if setting.high is None else setting.high
    return low, high
