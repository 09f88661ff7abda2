"""Albedo of a face model's vertices, from the picture (Yi et al.; SYSTEMS B.5).

Detailed: the pixel's colour at every vertex that the calmest, straightest frame shows, divided by
the light. Low-frequency: the same, smoothed, or the texture coefficients of a model that has them.
"""

import enum
import math

import attrs
import torch
from torch import Tensor

from visemix.core.drawing.light import irradiance
from visemix.core.errors import InvalidValue
from visemix.core.fitting.light import estimate_light
from visemix.core.fitting.sampling import colours_at, visible
from visemix.core.fitting.surface import mean_edge, smoothed, vertex_normals
from visemix.core.interfaces import Renderer
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.pose import PoseConvention
from visemix.core.values.subject import Picture

DARKEST = 0.15
"""Light below this is shadow: dividing by it would make noise."""

SMOOTHING = 0.25
"""Standard deviation of the low-frequency albedo's smoothing, model units (2.5 cm)."""

GROWTH = 100
"""Edges that colour may grow over to vertices that nobody saw."""

TURN_COST = 0.1
"""A head turned by 10 degrees is as bad as an expression one spread away from calm."""


class AlbedoKind(enum.Enum):
    """What ``albedo`` may be set to."""

    NONE = "none"
    DETAILED = "detailed"
    LOW = "low"


def albedo_named(name: str) -> AlbedoKind:
    """The kind of that name.

    Raises:
        InvalidValue: there is none.
    """
    try:
        return AlbedoKind(name)
    except ValueError:
        names = " or ".join(kind.value for kind in AlbedoKind)
        raise InvalidValue(f"expected {names}, got {name!r}", where="albedo") from None


@attrs.frozen(eq=False)
class Look:
    """How a person's skin looks.

    Attributes:
        colors: [V, 3] albedo in [0, 1].
        light: [27] spherical harmonics.
    """

    colors: Tensor
    light: Tensor


def calmest(attributes: FaceAttributes, found: Tensor) -> int:
    """The frame with the most neutral expression, open eyes and the least rotation."""
    cost = torch.zeros(len(found))
    if attributes.expression is not None:
        spread = attributes.expression.std(0, correction=0).clamp_min(1e-6)
        cost += (attributes.expression / spread).square().mean(1).sqrt()
    if attributes.blink is not None:
        cost += attributes.blink
    if attributes.pose is not None:
        turned = attributes.pose.to(PoseConvention.EULER_DEG_ORTHO).rotation
        cost += TURN_COST * torch.linalg.vector_norm(turned, dim=-1)
    return int(torch.where(found, cost, cost.new_tensor(math.inf)).argmin())


def sampled_look(geometry: FaceGeometry, picture: Picture, renderer: Renderer | None) -> Look:
    """Detailed albedo and light from one frame.

    Args:
        geometry: that frame's.
        picture: that full frame.
        renderer: says which vertices are hidden; without it only the normals do.

    Raises:
        InvalidValue: nothing of the face is visible.
    """
    seen = visible(geometry, 0, renderer)
    if not bool(seen.any()):
        raise InvalidValue("no vertex is visible", where="FaceGeometry", do="use another frame")
    colours = colours_at(picture, geometry, 0)
    normals = vertex_normals(geometry.vertices[0], geometry.triangles)
    skin = colours[seen].median(0).values.expand_as(colours)
    light = estimate_light(normals[seen], colours[seen], skin[seen])
    colors = (colours / irradiance(normals, light).clamp_min(DARKEST)).clamp(0, 1)
    return Look(spread_to_unseen(colors, seen, geometry.triangles), light)


def spread_to_unseen(colors: Tensor, seen: Tensor, triangles: Tensor) -> Tensor:
    """``colors`` [V, 3] with those of unseen vertices grown from their seen neighbours."""
    known = torch.cat((colors, torch.ones(len(colors), 1)), 1) * seen[:, None]
    amount = known
    for _ in range(GROWTH):
        if bool((amount[:, 3] > 0).all()):
            break
        amount = torch.where(seen[:, None], known, smoothed(amount, triangles, 1))
    grown = amount[:, :3] / amount[:, 3:].clamp_min(1e-12)
    grown = torch.where(amount[:, 3:] > 0, grown, colors[seen].mean(0))
    return torch.where(seen[:, None], colors, grown).clamp(0, 1)


def low_frequency(colors: Tensor, vertices: Tensor, triangles: Tensor) -> Tensor:
    """``colors`` [V, 3] smoothed over the mesh by a Gaussian of :data:`SMOOTHING`.

    Args:
        colors: of the vertices.
        vertices: [V, 3] neutral shape, model units.
        triangles: [F, 3].
    """
    # A round of averaging spreads by 0.6 edges; variances add.
    rounds = (SMOOTHING / (0.6 * mean_edge(vertices, triangles))) ** 2
    return smoothed(colors, triangles, max(1, round(rounds))).clamp(0, 1)
