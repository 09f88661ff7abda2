"""What a rasterizer makes of a mesh, and the maps of a Rendering that show it."""

import attrs
import torch
from torch import Tensor

from visemix.core.errors import InvalidValue

PIXEL_MAPS = ("triangle", "barycentric", "depth")
"""Maps that every geometry has; the others are masks."""

EXACT_IN_FLOAT32 = 1 << 24


@attrs.frozen(eq=False)
class Fragments:
    """What every pixel shows.

    Triangles, shares and depth have no pixels (H = W = 0) if nobody wanted them.

    Attributes:
        triangle: [T, H, W] int32 index of the triangle, -1 where there is none.
        shares: [T, 2, H, W] perspective-correct shares of its corners 0 and 1, in [0, 1]; 0 where
            there is none. Corner 2 has the rest.
        depth: [T, H, W], larger is nearer; -inf where there is none.
        values: [T, C, H, W] vertex attributes mixed by these shares; 0 where there is none.
        masks: [T, M, H, W] the same of a second set of attributes, so that each is in one piece.
        coverage: [T, 1, H, W], 1 where there is a triangle, else 0; between them if antialiased.
    """

    triangle: Tensor
    shares: Tensor
    depth: Tensor
    values: Tensor
    masks: Tensor
    coverage: Tensor


def pixel_map(name: str, fragments: Fragments, triangles: int) -> Tensor:
    """One of PIXEL_MAPS as a Rendering holds it, [T, C, H, W] float32.

    Raises:
        InvalidValue: a triangle's number would not be exact.
    """
    if name == "barycentric":
        return fragments.shares.to(torch.float32)
    if name == "depth":
        depth = fragments.depth.to(torch.float32)[:, None]
        return depth.masked_fill(fragments.triangle[:, None] < 0, 0)
    if triangles > EXACT_IN_FLOAT32:
        what = f"the map 'triangle' can number {EXACT_IN_FLOAT32} triangles, not {triangles}"
        raise InvalidValue(what, where="maps", do="use a coarser mesh")
    return fragments.triangle.to(torch.float32)[:, None]
