"""What a rasterizer paints: masks, colours, light. Part of ``rasterizers.RASTERIZER_CHECKS``."""

from collections.abc import Callable

import attrs
import torch
from torch import Tensor

from visemix.core.interfaces import Renderer
from visemix.core.testing.scenes import HALVES, SQUARE, cast, flat, net, random_numbers, with_mask
from visemix.core.values.geometry import FaceGeometry

MakeRasterizer = Callable[..., Renderer]
"""The class, or anything else that takes the settings by name."""


def check_masks(make: MakeRasterizer) -> None:
    """A mask is its vertex weights, spread over the triangles, 0 elsewhere."""
    geometry = net((12, 16))
    weights = random_numbers((geometry.vertices.shape[1],), 4)
    made = make(maps=["eyes"], shade=False).render(with_mask(geometry, "eyes", weights))
    close(made.maps["eyes"][0, 0], _spread(geometry, weights), "the mask")
    corner = with_mask(flat(SQUARE, HALVES), "eyes", torch.ones(4))
    made = make(maps=["eyes"]).render(corner)
    assert torch.equal(made.maps["eyes"], made.alpha), "a full mask must equal the coverage"


def check_colours(make: MakeRasterizer) -> None:
    """The picture is the vertex colours, spread over the triangles, black elsewhere."""
    geometry = net((12, 16))
    colors = random_numbers((geometry.vertices.shape[1], 3), 5)
    made = make().render(attrs.evolve(geometry, colors=colors))
    for k in range(3):
        close(made.rgb[0, k], _spread(geometry, colors[:, k]), f"channel {k}")


def check_light(make: MakeRasterizer) -> None:
    """Spherical-harmonic light on a square that faces the viewer, its normal (0, 0, 1).

    The ambient 0.8 of band 0 gives 0.8 · π / √(4π) = 0.70898. 0.1 of band 2 (z) adds
    0.1 · 2π / √(4π) = 0.17725 to green; -0.2 of band 6 (3 z² - 1) adds
    -0.2 · (2π / √8) · (3√5 / √(12π)) / √3 = -0.28025 to blue.
    """
    light = torch.zeros(27)
    light[9 + 2], light[18 + 6] = 0.1, -0.2
    geometry = attrs.evolve(flat(SQUARE, HALVES), colors=torch.ones(4, 3), light=light)
    found = make().render(geometry).rgb[0, :, 4, 4]
    expected = torch.tensor([0.70898, 0.70898 + 0.17725, 0.70898 - 0.28025])
    assert torch.allclose(found, expected, atol=1e-4), f"expected {expected}, got {found}"


def close(found: Tensor, expected: Tensor, what: str) -> None:
    """Allow what snapping vertices to a grid can do to a share."""
    error = float((found.double() - expected).abs().max())
    assert error < 0.02, f"{what} is off by {error:.3g}"


def _spread(geometry: FaceGeometry, weights: Tensor) -> Tensor:
    seen = cast(geometry)
    corners = weights.double()[geometry.triangles.long()[seen.triangle]]
    return (corners * seen.shares).sum(-1)
