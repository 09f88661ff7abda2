"""Texture coefficients and light of a morphable model, so that its picture looks like the clip's.

Starts from least squares on sampled colours and goes on by gradients through the renderer.
"""

from collections.abc import Sequence

import attrs
import torch
from torch import Tensor

from visemix.core.drawing.light import irradiance
from visemix.core.fitting.albedo import Look
from visemix.core.fitting.light import estimate_light
from visemix.core.fitting.morphable_model import MorphableModel
from visemix.core.fitting.sampling import colours_at, visible
from visemix.core.fitting.surface import vertex_normals
from visemix.core.interfaces import Renderer
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.subject import Picture

ROUNDS = 4
"""Texture and light take turns; the fifth changes no colour by 1/255."""

TEXTURE_COST = 3e-5
"""Of a squared texture coefficient, relative to the mean squared error of a colour in [0, 1]."""

STEPS = 40
RATE = 0.02
"""Of Adam, on texture coefficients and light."""

OUTLIER = 0.1
"""Colour error from which on a pixel counts less (hair, glasses, the inner mouth)."""


@attrs.frozen(eq=False)
class Photos:
    """Frames that a look is learned from, K of them.

    Attributes:
        geometry: of these frames.
        pictures: the full frames.
        crops: [K, 3, H, W] float32 in [0, 1], what the camera sees of them.
    """

    geometry: FaceGeometry
    pictures: Sequence[Picture]
    crops: Tensor


@attrs.frozen(eq=False)
class Texture:
    """A look in a model's terms.

    Attributes:
        coefficients: [X].
        look: colours and light.
        loss_before, loss_after: mean robust error of a pixel, before and after the gradients;
            both 0 where the renderer has none.
    """

    coefficients: Tensor
    look: Look
    loss_before: float = 0.0
    loss_after: float = 0.0


def fit_texture(model: MorphableModel, photos: Photos, renderer: Renderer | None) -> Texture:
    """Texture coefficients and light of a model that has colours.

    Without a renderer whose pictures have gradients it stops after the least squares.
    """
    start = _sampled(model, photos, renderer)
    if renderer is None:
        return start
    coefficients = start.coefficients.clone().requires_grad_()
    light = start.look.light.clone().requires_grad_()
    optimiser = torch.optim.Adam((coefficients, light), lr=RATE)
    losses = []
    for _ in range(STEPS):
        colors = model.colours(coefficients)
        drawn = renderer.render(attrs.evolve(photos.geometry, colors=colors, light=light))
        if not drawn.rgb.requires_grad:
            return start
        photo = photometric(drawn.rgb, photos.crops, drawn.alpha.detach())
        loss = photo + TEXTURE_COST * coefficients.square().sum()
        losses.append(float(photo.detach()))
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch says nothing of its types
        optimiser.step()
    found = coefficients.detach()
    look = Look(model.colours(found), light.detach())
    return Texture(found, look, losses[0], losses[-1])


def photometric(made: Tensor, real: Tensor, alpha: Tensor) -> Tensor:
    """Mean robust colour error (Cauchy) over the drawn pixels.

    Args:
        made: [K, 3, H, W] in [0, 1].
        real: the same of the pictures.
        alpha: [K, 1, H, W] coverage.
    """
    error = ((made - real) / OUTLIER).square().sum(1, keepdim=True)
    robust = torch.log1p(error) * alpha
    return robust.sum() / alpha.sum().clamp_min(1) * OUTLIER**2


def _sampled(model: MorphableModel, photos: Photos, renderer: Renderer | None) -> Texture:
    """Least squares on the colours at the vertices, texture and light in turn."""
    normals = vertex_normals(photos.geometry.vertices, photos.geometry.triangles)
    seen, colours = [], []
    for k, picture in enumerate(photos.pictures):
        seen.append(visible(photos.geometry, k, renderer))
        colours.append(colours_at(picture, photos.geometry, k))
    frame, vertex = torch.stack(seen).nonzero(as_tuple=True)
    wanted = torch.stack(colours)[frame, vertex]
    facing = normals[frame, vertex]
    assert model.texture is not None
    coefficients = model.texture.new_zeros(len(model.texture))
    light = torch.zeros(27)
    for _ in range(ROUNDS):
        light = estimate_light(facing, wanted, model.colours(coefficients)[vertex])
        coefficients = _texture(model, vertex, wanted, irradiance(facing, light))
    return Texture(coefficients, Look(model.colours(coefficients), light))


def _texture(model: MorphableModel, vertex: Tensor, wanted: Tensor, light: Tensor) -> Tensor:
    """Ridge regression of texture coefficients [X] on N lit samples of vertices [N]."""
    assert model.albedo is not None and model.texture is not None
    step = max(1, len(vertex) // SAMPLES)
    vertex, wanted, light = vertex[::step], wanted[::step], light[::step]
    rows = (model.texture[:, vertex] * light).flatten(1)
    missing = (wanted - light * model.albedo[vertex]).flatten()
    weight = torch.ones_like(missing)
    found = torch.zeros(len(rows))
    ridge = TEXTURE_COST * torch.eye(len(rows))
    for _ in range(REWEIGHTINGS):
        weighted = rows * weight / weight.sum()
        found = torch.linalg.solve(weighted @ rows.T + ridge, weighted @ missing)
        weight = 1 / (1 + ((missing - found @ rows) / OUTLIER).square())
    return found


SAMPLES = 20_000
"""Lit vertices that the texture is solved from."""

REWEIGHTINGS = 3
