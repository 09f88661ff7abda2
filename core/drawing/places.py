"""Where a geometry lies, and moving it to where it can be drawn."""

import attrs
import torch
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.values.geometry import FaceGeometry, Masks
from visemix.core.values.rendering import Rendering


def check_devices(geometry: FaceGeometry) -> None:
    """Compare where the tensors that are drawn lie.

    Raises:
        InvalidValue: names one that is not where the vertices are.
    """
    drawn = {name: getattr(geometry, name) for name in ("triangles", "uv", "colors", "light")}
    drawn |= {f"masks[{name!r}]": weights for name, weights in geometry.masks.weights.items()}
    device = geometry.vertices.device
    for name, tensor in drawn.items():
        if tensor is not None and tensor.device != device:
            what = f"expected it on {device} as the vertices, got {tensor.device}"
            do = "move the whole geometry to one device"
            raise InvalidValue(what, where=f"FaceGeometry.{name}", do=do)


def lies_on(place: torch.device, wanted: torch.device) -> bool:
    """Whether a place is the wanted one; "cuda" is any GPU.

    >>> lies_on(torch.device("cuda:1"), torch.device("cuda"))
    True
    """
    return place.type == wanted.type and wanted.index in (None, place.index)


def geometry_on(geometry: FaceGeometry, device: torch.device) -> FaceGeometry:
    """The geometry with all that is drawn on a device; gradients lead back."""

    def move(tensor: Tensor | None) -> Tensor | None:
        return None if tensor is None else tensor.to(device)

    weights = {name: x.to(device) for name, x in geometry.masks.weights.items()}
    return attrs.evolve(
        geometry,
        vertices=geometry.vertices.to(device),
        triangles=geometry.triangles.to(device),
        uv=move(geometry.uv),
        colors=move(geometry.colors),
        light=move(geometry.light),
        masks=Masks(weights),
    )


def rendering_on(made: Rendering, device: torch.device) -> Rendering:
    """The rendering with all its pictures on a device; gradients lead back."""
    return attrs.evolve(
        made,
        rgb=made.rgb.to(device),
        alpha=made.alpha.to(device),
        maps={name: picture.to(device) for name, picture in made.maps.items()},
    )
