"""How large a system is: its weights, and the memory it took."""

import re
import resource
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs
import torch
from torch import nn

from visemix.core.pipeline import Parts
from visemix.registry.api import LockedProvenance
from visemix.registry.checkpoint_fit import WEIGHTS

DEEP = 5
"""How deep in a part networks are looked for."""


def checkpoint_bytes(provenance: object) -> int:
    """Bytes of all files that a recipe's parts were made from."""
    if not isinstance(provenance, LockedProvenance):
        return 0
    files = {path.resolve() for _, path in provenance.built.files()}
    if provenance.run is not None:
        files |= {path.resolve() for path in (provenance.run / WEIGHTS).glob("*.safetensors")}
    return sum(path.stat().st_size for path in files if path.is_file())


def parameters(parts: Parts) -> int:
    """Numbers in the networks of a recipe, each counted once; an adapted copy counts too."""
    found: dict[int, int] = {}
    for field in attrs.fields(Parts):
        for network in _networks(getattr(parts, field.name), DEEP, set()):
            found |= {id(value): value.numel() for value in network.parameters()}
    return sum(found.values())


def _networks(item: object, depth: int, seen: set[int]) -> Iterator[nn.Module]:
    if isinstance(item, nn.Module):
        yield item
    elif depth > 0 and id(item) not in seen and not isinstance(item, str | bytes | type):
        seen.add(id(item))
        for child in _inside(item):
            yield from _networks(child, depth - 1, seen)


def _inside(item: object) -> Sequence[object]:
    if isinstance(item, Mapping):
        return list(item.values())
    if isinstance(item, list | tuple):
        return item
    slots = [getattr(item, name, None) for name in getattr(type(item), "__slots__", ())]
    return [*slots, *getattr(item, "__dict__", {}).values()]


def peak_memory() -> int:
    """Largest resident memory of this process, bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage() would count what the parent had when it forked
        found = re.search(r"VmHWM:\s*(\d+) kB", status.read_text())
        if found:
            return int(found[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def peak_gpu_memory() -> int:
    """Largest memory on the GPU of this process, bytes; 0 without one."""
    return torch.cuda.max_memory_allocated() if torch.cuda.is_available() else 0
