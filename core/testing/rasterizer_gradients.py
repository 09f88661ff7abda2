"""Gradients of a rasterizer by finite differences, of the inputs that it says it has them for.

    check_gradients(MyRasterizer, ["vertices", "colors", "light", "uv", "masks"])

A gradient holds fixed which triangle a pixel shows, so only pixels count that show the same one
before and after a step. How silhouettes move is checked by ``rasterizer_edges``.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import attrs
import torch
from torch import Tensor

from visemix.core.errors import VisemixError
from visemix.core.testing.rasterizer_pictures import MakeRasterizer
from visemix.core.testing.scenes import perspective, random_numbers, scene
from visemix.core.values.geometry import FaceGeometry, Masks
from visemix.core.values.rendering import Rendering

INPUTS = ("vertices", "colors", "light", "uv", "masks")
"""What a manifest may name under ``provides: {rendering: {gradients: [...]}}``."""

STEP = 0.006
"""How far an input moves at most: for vertices, in model units, a fiftieth of a pixel."""

TOLERANCE = 0.02
"""Of a difference of a finite step between pictures of snapped vertices, in float32."""


@attrs.frozen
class View:
    """One picture of a rendering, and the scene that it is looked at in.

    Attributes:
        name: says which, for the message.
        geometry: what is drawn.
        maps: what the rasterizer is asked for.
        picture: takes the picture [T, C, H, W] from the rendering.
    """

    name: str
    geometry: FaceGeometry
    maps: Sequence[str]
    picture: Callable[[Rendering], Tensor]


def check_gradients(make: MakeRasterizer, inputs: Iterable[str]) -> None:
    """Gradients by every input named, in every picture that it changes.

    Args:
        make: the rasterizer.
        inputs: some of INPUTS.

    Raises:
        AssertionError: a name is unknown, or a gradient is missing or wrong.
    """
    for name in (names := list(inputs)):
        assert name in INPUTS, f"no gradient is known by {name!r}; known: {', '.join(INPUTS)}"
        for view in views_of(name):
            for seed in range(3):
                _check_direction(make, view, name, seed)
    if "vertices" in names:
        check_gradient_of_nothing(make)
        check_gradient_is_finite(make)


def check_gradient_of_nothing(make: MakeRasterizer) -> None:
    """No frames, no triangles and no vertices have gradients too: of no numbers, or 0."""
    whole = tilted()
    no_vertices = scene(torch.zeros(2, 0, 3), torch.zeros(0, 3), whole.camera)
    for geometry in (
        attrs.evolve(whole, triangles=whole.triangles[:0]),
        attrs.evolve(whole, vertices=whole.vertices[:0], crop=whole.crop[:0]),
        no_vertices,
    ):
        vertices = geometry.vertices.clone().requires_grad_()
        rgb = make().render(attrs.evolve(geometry, vertices=vertices)).rgb
        if rgb.requires_grad:
            (gradient,) = torch.autograd.grad(rgb.sum(), vertices, allow_unused=True)
            assert gradient is None or not gradient.any(), "an empty picture has a gradient"


def check_gradient_is_finite(make: MakeRasterizer) -> None:
    """A vertex that is NaN, written into a geometry, spoils no gradient, or is refused."""
    geometry = tilted()
    geometry.vertices[0, 7] = torch.nan
    vertices = geometry.vertices.requires_grad_()
    try:
        rgb = make().render(geometry).rgb
    except VisemixError:
        return
    (gradient,) = torch.autograd.grad(rgb.sum(), vertices)
    assert gradient.isfinite().all(), "one vertex that is NaN makes gradients NaN"


def views_of(name: str) -> list[View]:
    """The pictures that an input changes."""
    geometry = tilted()
    bare = attrs.evolve(geometry, colors=None, light=None)
    lit = View("the picture of lit colours", geometry, [], lambda made: made.rgb)
    coordinates = View("the picture of uv", bare, [], lambda made: made.rgb)
    maps = [_map_of(geometry, at) for at in ("barycentric", "depth", "eyes")]
    return {
        "vertices": [lit, coordinates, *maps],
        "colors": [lit],
        "light": [lit],
        "uv": [coordinates],
        "masks": maps[-1:],
    }[name]


def tilted() -> FaceGeometry:
    """Two frames of a rough net in perspective, some of it behind the rest, with all its looks."""
    rows, columns = 4, 5
    y, x = torch.meshgrid(
        torch.linspace(4, -4, rows), torch.linspace(-5, 5, columns), indexing="ij"
    )
    level = torch.stack((x, y, torch.zeros_like(x)), -1).reshape(1, -1, 3)
    vertices = level + 2 * random_numbers((2, rows * columns, 3), 7)
    index = torch.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    triangles = torch.cat((torch.stack((a, c, b), -1), torch.stack((b, c, d), -1)))
    geometry = scene(vertices, triangles.reshape(-1, 3), perspective((24, 32)))
    count = rows * columns
    return attrs.evolve(
        geometry,
        colors=0.3 + 0.4 * random_numbers((count, 3), 8),  # not so bright that light cuts it off
        light=0.2 * random_numbers((27,), 9),
        uv=0.1 + 0.8 * random_numbers((count, 2), 10),
        masks=Masks({"eyes": 0.1 + 0.8 * random_numbers((count,), 11)}),
    )


def _map_of(geometry: FaceGeometry, name: str) -> View:
    return View(f"the map {name!r}", geometry, [name], lambda made: made.maps[name])


def _check_direction(make: MakeRasterizer, view: View, name: str, seed: int) -> None:
    render = make(maps=["triangle", *view.maps]).render
    at = _input(view.geometry, name).clone().requires_grad_()
    direction = 2 * random_numbers(tuple(at.shape), seed) - 1
    made = render(_moved(view.geometry, name, at))
    before, after = (
        render(_moved(view.geometry, name, at.detach() + step * direction))
        for step in (-STEP, STEP)
    )
    weights = _weights([made, before, after], seed)
    loss = (weights * view.picture(made)).sum()
    where = f"of {view.name} by {name}"
    assert loss.requires_grad, f"the gradient {where} is missing"
    (gradient,) = torch.autograd.grad(loss, at, allow_unused=True)
    assert gradient is not None, f"the gradient {where} is missing"
    change = weights * (view.picture(after) - view.picture(before)).double() / (2 * STEP)
    expected, found = float(change.sum()), float((gradient.double() * direction).sum())
    error = abs(found - expected) / float(change.norm())
    assert error < TOLERANCE, (
        f"the gradient {where} is wrong: a step changes the loss by {expected:.4g} per unit, "
        f"the gradient says {found:.4g}"
    )


def _weights(made: Sequence[Rendering], seed: int) -> Tensor:
    """[T, 1, H, W] random where all show the same triangle, else 0."""
    first, *others = (one.maps["triangle"] for one in made)
    same = first >= 0
    for other in others:
        same = same & (other == first)
    assert same.float().mean() > 0.3, "the scene shows too little"
    return torch.where(same, random_numbers(tuple(same.shape), seed + 20), 0.0)


def _input(geometry: FaceGeometry, name: str) -> Tensor:
    found = geometry.masks.weights["eyes"] if name == "masks" else getattr(geometry, name)
    assert isinstance(found, Tensor)
    return found


def _moved(geometry: FaceGeometry, name: str, value: Tensor) -> FaceGeometry:
    if name == "masks":
        return attrs.evolve(geometry, masks=Masks({"eyes": value}))
    change: dict[str, Any] = {name: value}
    return attrs.evolve(geometry, **change)
