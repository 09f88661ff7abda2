"""The generator: references and a scene to pictures (sections 4.2 and 4.3 of the paper)."""

from typing import Any

import torch
from torch import Tensor, nn

from visemix.plugins.rhythmic_head.generator.blocks import padded
from visemix.plugins.rhythmic_head.generator.decoder import Decoder
from visemix.plugins.rhythmic_head.generator.embedding import HybridEmbedding, Remembered
from visemix.plugins.rhythmic_head.generator.flow import FlowNet, unmoved
from visemix.plugins.rhythmic_head.generator.fusion import Fusion
from visemix.plugins.rhythmic_head.generator.guides import WARPED, Guide, LandmarkGuide
from visemix.plugins.rhythmic_head.generator.scene import (
    PROJECTION,
    REFERENCE,
    Known,
    Made,
    Scene,
    Warped,
)
from visemix.plugins.rhythmic_head.generator.size import Size, Switches


class Generator(nn.Module):
    """Called with K references and a scene; K may be another one in every call.

    Args:
        size: widths and depths.
        switches: what is on.
    """

    def __init__(self, size: Size, switches: Switches) -> None:
        super().__init__()
        self._size, self._switches = size, switches
        self.embedding = HybridEmbedding(size, switches.attention)
        self.fusion = Fusion(size)
        self.landmarks = LandmarkGuide(size)
        self._seen = [PROJECTION, REFERENCE] if switches.projection else [REFERENCE]
        moves = {PROJECTION: switches.warp_projection, REFERENCE: switches.warp_reference}
        # With matting, a picture that is not moved still needs to know where it is shown.
        self.flows = nn.ModuleDict(
            {
                name: FlowNet(size, moves[name])
                for name in self._seen
                if moves[name] or not switches.nonlinear
            }
        )
        levels = sum(switches.composes(level) for level in range(size.downs + 1))
        guides = self._seen if switches.nonlinear else []
        self.guides = nn.ModuleDict({name: Guide(WARPED, size, levels) for name in guides})
        self.decoder = Decoder(size, switches, len(guides))

    def forward(self, known: Known, scene: Scene) -> Made:
        """Make the pictures of a scene."""
        return self.make(self.remember(known), scene)

    def remember(self, known: Known) -> Remembered:
        """What is needed of the references, for any number of scenes."""
        multiple = self._size.multiple
        pictures, landmarks = padded(known.pictures, multiple), padded(known.landmarks, multiple)
        return self.embedding.remember(Known(pictures, landmarks))

    def make(self, remembered: Remembered, scene: Scene) -> Made:
        """The pictures of a scene of people who are known."""
        height, width = scene.landmarks.shape[-2:]
        wide = scene.each(lambda picture: padded(picture, self._size.multiple))
        image, landmarks = self.embedding(remembered, wide.landmarks)
        kernels = self.fusion(image, landmarks)
        warped = self._warped(wide)
        guides = [guide(_stacked(warped[name])) for name, guide in self.guides.items()]
        raw = self.decoder(image, self.landmarks(wide.landmarks, kernels), guides, kernels)
        made = Made(raw.float(), None, warped)
        if not self._switches.nonlinear:
            made = Made(matted(made.picture, warped), made.picture, warped)
        return made.cropped(height, width)

    def compile(self, *args: Any, **settings: Any) -> None:
        """See torch.nn.Module; the values between the parts stay outside of what is compiled."""
        parts: list[nn.Module] = [self.landmarks, *self.guides.values(), self.decoder]
        embedding = self.embedding
        parts += [embedding.image, embedding.landmarks]
        parts += [embedding.image_deep, embedding.landmarks_deep]
        for flow in self.flows.values():
            assert isinstance(flow, FlowNet)
            parts += [flow.down, *flow.up]
        for part in parts:
            part.compile(*args, **settings)

    def _warped(self, scene: Scene) -> dict[str, Warped]:
        shown = {
            PROJECTION: (scene.render, scene.alpha),
            REFERENCE: (scene.matched, scene.matched_landmarks),
        }
        made = {}
        for name in self._seen:
            picture, here = shown[name]
            known = name in self.flows
            made[name] = (
                self.flows[name](picture, here, scene.landmarks) if known else unmoved(picture)
            )
        return made


def _stacked(warped: Warped) -> Tensor:
    """[B, 4, H, W]."""
    return torch.cat((warped.picture, warped.weight), 1)


def matted(raw: Tensor, warped: dict[str, Warped]) -> Tensor:
    """The decoder's picture under warped ones, the ablation: m w + warp (1 - w), one by one.

    The matched reference comes first, the render lies over it.
    """
    made = raw
    for name in (REFERENCE, PROJECTION):
        if name in warped:
            weight = warped[name].weight
            made = made * weight + warped[name].picture * (1 - weight)
    return made
