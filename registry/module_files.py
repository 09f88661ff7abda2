"""Where a module's file is, found without running any of its code."""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path


def module_folder(module: str) -> Path | None:
    """The folder that holds the module's file, None if there is no such module.

    ``find_spec("a.b.c")`` would import ``a`` and ``a.b``, which may take seconds or fail; here
    only the finders are asked (so editable installs work), one name after the other.

    >>> module_folder("json.decoder").name, module_folder("no_such_module_here")
    ('json', None)
    """
    first, *rest = module.split(".")
    spec = _top_level(first)
    for depth, name in enumerate(rest, start=1):
        if spec is None or spec.submodule_search_locations is None:
            return None
        full = ".".join([first, *rest[: depth - 1], name])
        spec = _below(full, list(spec.submodule_search_locations))
    return Path(spec.origin).parent if spec and spec.origin and spec.has_location else None


def _top_level(name: str) -> ModuleSpec | None:
    try:
        return find_spec(name)  # runs no code: the name has no parent
    except ValueError:  # a module without a spec, such as __main__
        return None


def _below(full: str, path: Sequence[str]) -> ModuleSpec | None:
    for finder in sys.meta_path:
        try:
            spec = finder.find_spec(full, path)
        except KeyError:  # a folder without __init__.py: its parent would have to be imported
            spec = ModuleSpec(full, None, is_package=True)
            name = full.rpartition(".")[2]
            spec.submodule_search_locations = [str(Path(entry, name)) for entry in path]
        if spec is not None:
            return spec
    return None
