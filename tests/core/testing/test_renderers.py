"""The kit finds renderers that are wrong."""

import attrs
import pytest
import torch

from visemix.core.contracts import Contract, Setting
from visemix.core.interfaces import Renderer
from visemix.core.testing.contracts import find_faults
from visemix.core.testing.sample_renderer import SampleRenderer
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.rendering import Rendering

CONTRACT = Contract(
    "dots",
    "renderer",
    consumes={"geometry": {"masks": {"all": ["eyes"]}}},
    provides={"rendering": {"maps": ["eyes"]}},
)


class Right(SampleRenderer):
    def __init__(self) -> None:
        super().__init__(["eyes"])

    def render(self, geometry: FaceGeometry) -> Rendering:
        return self.change(super().render(geometry))

    def change(self, rendering: Rendering) -> Rendering:
        return rendering


class NoEyes(Right):
    def change(self, rendering: Rendering) -> Rendering:
        return attrs.evolve(rendering, maps={})


class Small(Right):
    def change(self, rendering: Rendering) -> Rendering:
        half = rendering.alpha[..., ::2, ::2]
        return attrs.evolve(rendering, rgb=rendering.rgb[..., ::2, ::2], alpha=half, maps={})


class Flickering(Right):
    def change(self, rendering: Rendering) -> Rendering:
        return attrs.evolve(rendering, rgb=rendering.rgb * torch.rand(1))


class Blurred(Right):
    """Mixes the frames of a call."""

    def change(self, rendering: Rendering) -> Rendering:
        mean = rendering.rgb.mean(0, keepdim=True).expand_as(rendering.rgb)
        return attrs.evolve(rendering, rgb=mean.contiguous())


class Slow(Right):
    def change(self, rendering: Rendering) -> Rendering:
        return attrs.evolve(rendering, fps=rendering.fps / 2)


def test_a_right_one_passes() -> None:
    assert find_faults("renderer", Right(), CONTRACT) == []


@pytest.mark.parametrize(
    ("renderer", "fault"),
    [
        (NoEyes(), "promises the maps ['eyes']"),
        (Small(), "alpha must be (128, 128), the camera's size; it is (64, 64)"),
        (Flickering(), "the same geometry must give the same picture"),
        (Blurred(), "frame 2 alone must be frame 2 of the clip"),
        (Slow(), "a geometry at 25.0 fps gave 12.5 fps"),
    ],
    ids=lambda x: type(x).__name__,
)
def test_a_wrong_one_is_found(renderer: Renderer, fault: str) -> None:
    assert fault in " ".join(find_faults("renderer", renderer, CONTRACT))


def test_settings_of_a_rasterizer_bring_its_checks() -> None:
    names = ("maps", "shade", "cull")
    rasterizer = attrs.evolve(CONTRACT, settings={name: Setting("list") for name in names})
    (fault,) = find_faults("renderer", Right(), rasterizer)
    assert fault.startswith("renderer_as_rasterizer: it raised TypeError")
