"""The kernels' texts."""

import re
from functools import cache
from importlib.resources import files

KERNELS = (
    "rasterize",
    "resolve",
    "points",
    "paint_real",
    "paint_half",
    "paint_byte",
    "interpolate",
    "rasterize_backward",
    "paint_backward",
    "attributes_backward",
    "normals",
    "silhouettes",
    "blend",
    "texture",
)
"""Files below kernels/, each compiled by itself when it is first needed."""

_INCLUDE = re.compile(r'^#include "(\w+\.cuh)"\n', re.MULTILINE)


@cache
def source_of(name: str) -> str:
    """The text of kernels/``name``.cu with every header in its place, once.

    One text needs no folder of headers, and its hash says whether anything changed.
    """
    seen: set[str] = set()

    def expanded(file: str) -> str:
        if file in seen:
            return ""
        seen.add(file)
        text = files("visemix.plugins.rasterizer_cuda").joinpath("kernels", file).read_text("utf-8")
        text = text.replace("#pragma once\n", "")
        return _INCLUDE.sub(lambda found: expanded(found[1]), text)

    return expanded(f"{name}.cu")
