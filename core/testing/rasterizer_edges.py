"""Silhouettes of rasterizers with the setting ``antialias``: their cover, and its gradient."""

import attrs
import torch
from torch import Tensor

from visemix.core.testing.rasterizer_pictures import MakeRasterizer
from visemix.core.testing.scenes import flat, with_mask
from visemix.core.values.geometry import FaceGeometry

CORNERS = [
    *((4.3, 3.1), (15.2, 1.7), (28.6, 6.2), (29.4, 19.9)),
    *((20.2, 28.4), (7.1, 26.7), (2.2, 15.4)),
]
"""Of a convex polygon, px."""

SAMPLES = 16
"""Points across a pixel by which the true cover is measured."""


def check_edges(make: MakeRasterizer) -> None:
    """With ``antialias`` the cover of pixels is near the truth, and so is its gradient.

    Args:
        make: a rasterizer that takes the setting ``antialias``.

    Raises:
        AssertionError: says what differs.
    """
    check_edge_cover(make)
    check_edge_pictures(make)
    check_edge_gradient(make)


def check_edge_cover(make: MakeRasterizer) -> None:
    """The rim of a polygon of many triangles is at least three times as true as without."""
    geometry, truth = polygon(), true_cover()
    hard, smooth = (make(antialias=a).render(geometry).alpha[0, 0] for a in (False, True))
    error, before = (smooth - truth).abs().sum(), (hard - truth).abs().sum()
    what = f"with antialias the cover is off by {error:.3g} px, without by {before:.3g}"
    assert error < before / 3, what
    level = (truth == 0) | (truth == 1)
    assert torch.equal(smooth[level], hard[level]), "antialias changes pixels away from silhouettes"


def check_edge_pictures(make: MakeRasterizer) -> None:
    """Picture and masks are blended like the cover; pixel maps are not."""
    geometry = with_mask(polygon(), "eyes", torch.ones(len(CORNERS) + 1))
    maps = ["eyes", "triangle", "depth", "barycentric"]
    plain = make(maps=maps).render(geometry)
    made = make(maps=maps, antialias=True).render(geometry)
    for name in maps[1:]:
        assert torch.equal(made.maps[name], plain.maps[name]), f"antialias changes the map {name!r}"
    for name, picture in (("mask", made.maps["eyes"]), ("picture", made.rgb[:, :1])):
        error = float((picture - made.alpha).abs().max())
        assert error < 1e-5, f"the {name} of a white mesh is not its cover, by {error:.3g}"


def check_edge_gradient(make: MakeRasterizer) -> None:
    """The gradient by the vertices agrees with how the true cover changes."""
    geometry = polygon()
    vertices = geometry.vertices.clone().requires_grad_()
    alpha = make(antialias=True).render(attrs.evolve(geometry, vertices=vertices)).alpha
    assert alpha.requires_grad, "the gradient of alpha by vertices is missing"
    y, x = torch.meshgrid(torch.arange(32.0), torch.arange(32.0), indexing="ij")
    ways = {"right": (x / 32, (1.0, 0.0)), "down": (y / 32, (0.0, -1.0))}
    for way, (weights, direction) in ways.items():
        cover = (alpha[0, 0] * weights).sum()
        (gradient,) = torch.autograd.grad(cover, vertices, retain_graph=True)
        found = float((gradient[0, :, :2] * torch.tensor(direction)).sum())
        # Moved over a ramp of 1 / 32 per pixel, the sum changes by the area over 32.
        expected = float(true_cover().sum()) / 32
        assert abs(found - expected) < 0.05 * expected, (
            f"moving a polygon {way} must change the weighted cover by {expected:.4g} per px, "
            f"the gradient says {found:.4g}"
        )


def polygon() -> FaceGeometry:
    """A white polygon, a fan of triangles of either winding, in front of nothing."""
    centre = torch.tensor(CORNERS).mean(0).tolist()
    count = len(CORNERS)
    fan = [(count, k, (k + 1) % count) for k in range(count)]
    turned = [(a, c, b) if k % 2 else (a, b, c) for k, (a, b, c) in enumerate(fan)]
    return flat([(*point, 0.0) for point in [*CORNERS, centre]], turned, (32, 32))


def true_cover() -> Tensor:
    """[32, 32], the share of every pixel's square that the polygon covers."""
    line = (torch.arange(32 * SAMPLES) + 0.5) / SAMPLES
    y, x = torch.meshgrid(line, line, indexing="ij")
    inside = torch.ones_like(x, dtype=torch.bool)
    for (ax, ay), (bx, by) in zip(CORNERS, CORNERS[1:] + CORNERS[:1], strict=True):
        inside &= (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0
    return torch.nn.functional.avg_pool2d(inside.float()[None], SAMPLES)[0]
