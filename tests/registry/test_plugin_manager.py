"""Loading plugins: what is wrong is said, and stays with the plugin that is wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest

from visemix.core.errors import PluginError
from visemix.registry.installed import find_installed
from visemix.registry.plugin_manager import PluginLoader

Install = Callable[..., Path]
Files = dict[str, str]

HOOK = "def visemix_renderers():"


def load_error(name: str) -> str:
    """Why it cannot be loaded."""
    with pytest.raises(PluginError) as e:
        PluginLoader().load(find_installed().plugins[name])
    return str(e.value)


def test_good_stranger_loads(install: Install, stranger: Files) -> None:
    install("acme", stranger)
    classes = PluginLoader().load(find_installed().plugins["acme"])
    assert [key for key in classes] == [("renderer", "acme-renderer")]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("raise RuntimeError('no licence\\nsecond line')", "raised RuntimeError: no licence"),
        ("import no_such_module_at_all", "No module named 'no_such_module_at_all'"),
        ("raise SystemExit(3)", "raised SystemExit"),
        ("def broken(:", "raised SyntaxError"),
    ],
)
def test_plugin_that_raises_at_import(
    code: str, words: str, install: Install, stranger: Files
) -> None:
    install("acme", {**stranger, "__init__.py": code})
    assert words in load_error("acme")
    assert "second line" not in load_error("acme")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (HOOK, "def visemix_rendrers():", ["unknown hook visemix_rendrers", "'visemix_renderers'"]),
        (f"@hookimpl\n{HOOK}", "def visemix_magic():", ["unknown hook visemix_magic"]),
        (HOOK, "def visemix_renderers(size):", ["visemix_renderers", "size"]),
        (f"@hookimpl\n{HOOK}", HOOK, ["visemix_renderers() does not offer it"]),
        ('return {"NAME-renderer": Draw}', "return [Draw]", ["must give a dict, got list"]),
        ('return {"NAME-renderer": Draw}', "return 1 / 0", ["raised ZeroDivisionError"]),
        ("class Draw(Renderer)", "class Draw", ["no subclass of Renderer"]),
        ("def render(", "def draw(", ["Draw lacks render()"]),
        ('"NAME-renderer": Draw', '"other": Draw', ["does not offer it", "offers 'other'"]),
        (
            "    def render(",
            "    def __init__(self, size): ...\n    def render(",
            ["Draw() needs 'size'"],
        ),
    ],
)
def test_plugin_that_is_not_what_it_says(
    old: str, new: str, words: list[str], install: Install, stranger: Files
) -> None:
    assert old in stranger["__init__.py"]
    install("acme", {**stranger, "__init__.py": stranger["__init__.py"].replace(old, new)})
    for word in words:
        assert word in load_error("acme")


def test_setting_that_the_class_does_not_take(install: Install, stranger: Files) -> None:
    setting = "summary: Draws., settings: {size: {type: int, help: x}}"
    manifest = stranger["manifest.yaml"].replace("summary: Draws.", setting)
    install("acme", {**stranger, "manifest.yaml": manifest})
    assert "Draw() takes no 'size'" in load_error("acme")


def test_failed_plugin_leaves_the_others_alone(install: Install, stranger: Files) -> None:
    install(
        "bad",
        {**stranger, "__init__.py": stranger["__init__.py"].replace(HOOK, "def visemix_x():")},
    )
    install(
        "worse",
        {
            **stranger,
            "__init__.py": stranger["__init__.py"].replace(HOOK, "def visemix_renderers(x):"),
        },
    )
    install("good", stranger)
    loader, plugins = PluginLoader(), find_installed().plugins
    for name in ("bad", "worse", "bad"):
        with pytest.raises(PluginError):
            loader.load(plugins[name])
    assert loader.load(plugins["good"])
