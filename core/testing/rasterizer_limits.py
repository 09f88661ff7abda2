"""Input at the limits and beyond. Part of ``rasterizers.RASTERIZER_CHECKS``."""

import time
from collections.abc import Callable
from functools import partial

import attrs
import torch
from torch import Tensor

from visemix.core.errors import VisemixError
from visemix.core.testing.rasterizer_pictures import MakeRasterizer
from visemix.core.testing.scenes import HALVES, SQUARE, flat, net, orthographic, scene, with_mask
from visemix.core.values.geometry import FaceGeometry

LARGE_PX = 4096

CELLS = 708
"""Along each side of a net of 1,002,528 triangles."""

LONGEST_S = 60.0
"""A million triangles take a z-buffer a fraction of a second, a list of lists forever."""

PIXEL_MAPS = ["triangle", "barycentric", "depth"]


def check_not_finite(make: MakeRasterizer) -> None:
    """Triangles with a vertex that is NaN or infinite are skipped, or refused with an error.

    A geometry cannot be made with such vertices, but they can be written into it.
    """
    light = 0.1 * torch.arange(27.0) / 27
    whole = attrs.evolve(net((12, 16)), light=light)
    count = whole.vertices.shape[1]
    good = (whole.triangles != count // 2).all(1)
    expected = make(maps=["depth"]).render(attrs.evolve(whole, triangles=whole.triangles[good]))
    for bad in (torch.nan, torch.inf, -torch.inf):
        try:
            made = make(maps=["depth"]).render(_spoilt(whole, bad))
        except VisemixError:
            continue
        for name in ("alpha", "rgb"):
            same = torch.equal(getattr(made, name), getattr(expected, name))
            assert same, f"a vertex that is {bad} changes the {name} of other triangles"
    far = make(shade=False).render(_spoilt(whole, 3e38)).alpha
    assert ((far == 0) | (far == 1)).all(), "a vertex that is 3e38 px off gives a wrong cover"


def _spoilt(geometry: FaceGeometry, number: float) -> FaceGeometry:
    """With one vertex moved to an impossible place."""
    spoilt = attrs.evolve(geometry, vertices=geometry.vertices.clone())
    spoilt.vertices[0, spoilt.vertices.shape[1] // 2, :2] = number
    return spoilt


def check_large_picture(make: MakeRasterizer) -> None:
    """4096 x 4096 px: squares in the four corners, and slivers from end to end."""
    low, high = 3.0, LARGE_PX - 3.0
    squares = [
        (x, y, 0.0)
        for left, top in ((0.0, 0.0), (high, 0.0), (0.0, high), (high, high))
        for x, y in ((left, top), (left + low, top), (left + low, top + low), (left, top + low))
    ]
    bars = [(low, 9.0, 0.0), (high, 9.0, 0.0), (high, 10.0, 0.0), (low, 10.0, 0.0)]
    upright = [(y, x, z) for x, y, z in bars]
    points = [*squares, *bars, *upright]
    triangles = [(a + k, b + k, c + k) for k in range(0, len(points), 4) for a, b, c in HALVES]
    geometry = flat(points, triangles, (LARGE_PX, LARGE_PX))
    alpha = make(shade=False).render(geometry).alpha[0, 0]
    expected = 4 * 9 + 2 * (LARGE_PX - 6) - 1
    assert alpha.sum() == expected, f"expected {expected} pixels, {int(alpha.sum())} are covered"
    for row, column in ((0, 0), (-1, -1), (-3, -3), (9, 3), (9, -4), (-4, 9)):
        assert alpha[row, column] == 1, f"row {row}, column {column} of 4096 is not covered"


def check_many_triangles(make: MakeRasterizer) -> None:
    """A million triangles, several of them in every pixel, each pixel with the right ones."""
    size = 128
    geometry = fine_net(size)
    start = time.monotonic()
    made = make(maps=["triangle"], shade=False).render(geometry)
    took = time.monotonic() - start
    assert took < LONGEST_S, f"{len(geometry.triangles)} triangles took {took:.0f} s"
    assert made.alpha.all(), f"{int((made.alpha == 0).sum())} pixels are covered by no triangle"
    # In float64: a triangle's number is exact in float32 up to 2**24.
    cell = made.maps["triangle"][0, 0].double().div(2, rounding_mode="floor")
    centre = (torch.arange(size) + 0.5) * (CELLS / size)
    for found, name in ((cell // CELLS, "row"), (cell % CELLS, "column")):
        expected = centre.floor()[:, None] if name == "row" else centre.floor()[None]
        # The centres of some pixels lie on an edge between two cells.
        wrong = ((found - expected).abs() > 1).sum()
        assert not wrong, f"{int(wrong)} pixels show a triangle of another {name}"


def check_strides(make: MakeRasterizer) -> None:
    """Tensors that are not contiguous give the same picture."""
    count = net((12, 16)).vertices.shape[1]
    plain = with_mask(net((12, 16)), "eyes", torch.linspace(0, 1, count))
    strided = attrs.evolve(
        plain,
        vertices=_strided(plain.vertices),
        triangles=_strided(plain.triangles),
        colors=_strided(torch.linspace(0, 1, 3 * count).reshape(count, 3)),
        masks=attrs.evolve(plain.masks, weights={"eyes": _strided(plain.masks.weights["eyes"])}),
    )
    plain = attrs.evolve(plain, colors=torch.linspace(0, 1, 3 * count).reshape(count, 3))
    maps = [*PIXEL_MAPS, "eyes"]
    first, second = (make(maps=maps).render(g) for g in (plain, strided))
    assert torch.equal(first.rgb, second.rgb), "strided tensors give another picture"
    for name in maps:
        same = torch.equal(first.maps[name], second.maps[name])
        assert same, f"strided tensors give another map {name!r}"


def check_refusals(make: MakeRasterizer) -> None:
    """What cannot be drawn is refused with an error that names it."""
    square = flat(SQUARE, HALVES)
    for index in (4, -1, 1 << 30):
        wrong = attrs.evolve(square, triangles=torch.tensor([[0, 1, index]], dtype=torch.int32))
        refuses(partial(make().render, wrong), f"vertex {index} of 4", "triangles")
    flat_cameras = {
        "height": attrs.evolve(square.camera, height=0),
        "width": attrs.evolve(square.camera, width=0),
    }
    for name, camera in flat_cameras.items():
        wrong = attrs.evolve(square, camera=camera)
        refuses(partial(make().render, wrong), f"a picture of {name} 0", name)
    masks = {
        "of another number of vertices": torch.ones(5),
        "of whole numbers": torch.ones(4, dtype=torch.int64),
        "on another device": torch.ones(4, device="meta"),
    }
    for what, weights in masks.items():
        wrong = with_mask(square, "eyes", weights)
        refuses(partial(make(maps=["eyes"]).render, wrong), f"a mask {what}", "eyes")
    refuses(partial(make(maps=["no such"]).render, square), "an unknown map", "no such")


def refuses(action: Callable[[], object], what: str, names: str) -> None:
    """``action`` must raise a VisemixError that mentions ``names``.

    Raises:
        AssertionError: it does not.
    """
    try:
        action()
    except VisemixError as e:
        assert names in str(e), f"{what}: the error does not name {names!r}: {e}"
        return
    raise AssertionError(f"{what} was accepted; expected a VisemixError")


def fine_net(size: int) -> FaceGeometry:
    """A million triangles over a square picture."""
    line = torch.linspace(0, size, CELLS + 1)
    y, x = torch.meshgrid(line, line, indexing="ij")
    vertices = torch.stack((x, -y, torch.zeros_like(x)), -1).reshape(1, -1, 3)
    index = torch.arange((CELLS + 1) ** 2).reshape(CELLS + 1, CELLS + 1)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    halves = torch.stack((torch.stack((a, c, b), -1), torch.stack((b, c, d), -1)), 2)
    return scene(vertices, halves.reshape(-1, 3), orthographic((size, size)))


def _strided(tensor: Tensor) -> Tensor:
    """The same numbers, every second one in memory."""
    wide = torch.stack((tensor, tensor), -1)[..., 0]
    assert not wide.is_contiguous()
    return wide
