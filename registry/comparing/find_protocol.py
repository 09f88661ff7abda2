"""What a user calls a protocol -> the protocol: a shipped name, or a file."""

from importlib import resources
from pathlib import Path

from visemix.core.errors import RecipeError
from visemix.registry.comparing.protocol import Protocol
from visemix.registry.comparing.protocol_file import read_protocol
from visemix.registry.installed import Installed
from visemix.registry.names import advice

DEFAULT = "quick"
SUFFIXES = (".yaml", ".yml")


def load_protocol(name: str, installed: Installed) -> Protocol:
    """The protocol that ``name`` means; a shipped one's name comes first, then a file.

    Raises:
        RecipeError: there is none, or it cannot be read.
    """
    shipped = shipped_protocols()
    if name in shipped:
        return read_protocol(shipped[name], installed)
    path = Path(name)
    if path.is_file() or path.suffix in SUFFIXES:
        return read_protocol(path, installed)
    what = f"no protocol {name!r}: visemix ships none of that name, and there is no such file"
    raise RecipeError(what, do=advice(name, shipped))


def shipped_protocols() -> dict[str, Path]:
    """Name -> file of the protocols that come with visemix."""
    # Not a package of its own: a folder of data beside this one.
    folder = Path(str(resources.files("visemix.registry") / "protocols"))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}
