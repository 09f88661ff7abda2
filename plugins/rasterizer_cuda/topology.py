"""What is derived from the triangles alone, once: are they right, and who is around whom."""

from collections import OrderedDict

import attrs
import torch
from torch import Tensor

from visemix.core.drawing.antialias import neighbours
from visemix.core.errors import InvalidValue, VisemixError
from visemix.plugins.rasterizer_cuda.launch import NAME

REMEMBERED = 8
"""Sets of triangles whose topology is kept."""


@attrs.frozen(eq=False)
class Ring:
    """The corners around each vertex, in the order of their triangles.

    Attributes:
        start: [1 or T, V + 1] int32; those of vertex v are start[v] to start[v + 1] - 1.
        corners: [1 or T, 3 F] int32, numbers 3 * triangle + corner.
    """

    start: Tensor
    corners: Tensor

    @staticmethod
    def of(triangles: Tensor, vertex_count: int) -> "Ring":
        """The ring of [1 or T, F, 3] triangles; corners that name no vertex are in none."""
        named, order = triangles.flatten(1).sort(dim=1, stable=True)
        wanted = torch.arange(vertex_count + 1, dtype=torch.int32, device=triangles.device)
        wanted = wanted.expand(len(triangles), -1).contiguous()
        start = torch.searchsorted(named.contiguous(), wanted, out_int32=True)
        return Ring(start, order.to(torch.int32))


@attrs.define(eq=False)
class Topology:
    """Triangles that were found right for a number of vertices.

    Attributes:
        triangles: [1 or T, F, 3] int32; kept, so that no others can take their place in memory.
        vertex_count: V.
    """

    triangles: Tensor
    vertex_count: int
    _ring: Ring | None = None
    _across: Tensor | None = None

    @property
    def ring(self) -> Ring:
        """Made when it is first needed."""
        if self._ring is None:
            self._ring = Ring.of(self.triangles, self.vertex_count)
        return self._ring

    @property
    def across(self) -> Tensor:
        """[1 or T, F, 3] int32, ``neighbours`` of each frame; made when it is first needed.

        Raises:
            VisemixError: a CUDA graph is being recorded, which cannot wait for it.
        """
        if self._across is None:
            if _recording(self.triangles.device):
                what = "the neighbours of these triangles are not known yet"
                do = "antialias once before recording a CUDA graph"
                raise VisemixError(what, where=NAME, do=do)
            self._across = torch.stack([neighbours(frame) for frame in self.triangles])
        return self._across


class Topologies:
    """The topologies of the triangles drawn last.

    A set of triangles is known again by where it lies and by torch's count of changes to it,
    without waiting for the device. While a CUDA graph is recorded nothing is kept and no index is
    checked: the recording cannot wait, and its memory is not ours. (Kernels skip wrong indices.)
    """

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[object, ...], Topology] = OrderedDict()

    def of(self, triangles: Tensor, vertex_count: int) -> Topology:
        """The topology of [1 or T, F, 3] triangles.

        Raises:
            InvalidValue: a triangle names a vertex that does not exist.
        """
        key = _key(triangles, vertex_count)
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        made = Topology(triangles, vertex_count)
        if not _recording(triangles.device):
            check_indices(triangles, vertex_count)
            if not triangles.is_inference():
                self._known[key] = made
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return made


TOPOLOGIES = Topologies()


def _key(triangles: Tensor, vertex_count: int) -> tuple[object, ...]:
    version = -1 if triangles.is_inference() else triangles._version
    shape = tuple(triangles.shape)
    return triangles.device, triangles.data_ptr(), version, shape, vertex_count


def _recording(device: torch.device) -> bool:
    return device.type == "cuda" and torch.cuda.is_current_stream_capturing()


def check_indices(triangles: Tensor, vertex_count: int) -> None:
    """Compare indices with the number of vertices; waits for the device.

    Raises:
        InvalidValue: one is negative or too large.
    """
    if triangles.numel() == 0:
        return
    low, high = torch.stack(torch.aminmax(triangles)).tolist()
    if low < 0 or high >= vertex_count:
        what = f"it names vertex {low if low < 0 else high} of a mesh of {vertex_count}"
        raise InvalidValue(what, where="triangles", do="use indices from 0 to V - 1")
