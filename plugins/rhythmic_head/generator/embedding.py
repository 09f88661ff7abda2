"""The hybrid embedding: K references to one set of features for the wanted face (eqs. 3, 4, 6)."""

from typing import cast

import attrs
import torch
from torch import Tensor, nn

from visemix.core.shapes import Value
from visemix.plugins.rhythmic_head.generator.attention import ActivationEncoder, activations
from visemix.plugins.rhythmic_head.generator.blocks import block, folded, unfolded
from visemix.plugins.rhythmic_head.generator.exchange import ConvGate, InformationExchange
from visemix.plugins.rhythmic_head.generator.scene import Known
from visemix.plugins.rhythmic_head.generator.size import MEETING, Size


@attrs.frozen(eq=False)
class Remembered(Value):
    """What is known of B people from their references, whatever face is wanted.

    Attributes:
        image: [B, K, C, h, w], q' of the pictures; their mean, K = 1, without attention.
        landmarks: the same of the landmarks.
        image_gate: [B, C, h, w]; None without attention.
        landmark_gate: the same of the landmarks.
        keys: [B, K, C, h, w] of E_A; None without attention.
    """

    image: Tensor
    landmarks: Tensor
    image_gate: Tensor | None = None
    landmark_gate: Tensor | None = None
    keys: Tensor | None = None

    def expanded(self, count: int) -> "Remembered":
        """One person, ``count`` times."""

        def many(values: Tensor | None) -> Tensor | None:
            return None if values is None else values.expand(count, *values.shape[1:])

        image, landmarks = many(self.image), many(self.landmarks)
        assert image is not None and landmarks is not None
        gates = many(self.image_gate), many(self.landmark_gate)
        return Remembered(image, landmarks, *gates, many(self.keys))


class HybridEmbedding(nn.Module):
    """E_I, E_L and E_A.

    Args:
        size: of the generator.
        attention: whether references are weighed by attention; else their mean is taken.
    """

    def __init__(self, size: Size, attention: bool) -> None:
        super().__init__()
        self.image = _levels(3, size, 0, MEETING)
        self.landmarks = _levels(1, size, 0, MEETING)
        self.image_deep = _levels(3, size, MEETING + 1, size.downs)
        self.landmarks_deep = _levels(1, size, MEETING + 1, size.downs)
        self.attention = _Attention(size) if attention else None

    def remember(self, known: Known) -> Remembered:
        """The part that does not depend on the wanted face."""
        count = known.pictures.shape[1]
        image = self.image(folded(known.pictures))
        landmarks = self.landmarks(folded(known.landmarks))
        if self.attention is None:
            means = [unfolded(v, count).mean(1, keepdim=True) for v in (image, landmarks)]
            return Remembered(means[0], means[1])
        return self.attention.remember(image, landmarks, known.landmarks)

    def forward(self, remembered: Remembered, wanted: Tensor) -> tuple[Tensor, Tensor]:
        """e_y and e_l, each [B, C, h, w] at the deepest level.

        Args:
            remembered: of the references.
            wanted: [B, 1, H, W], edge map.
        """
        if self.attention is None:
            image, landmarks = remembered.image[:, 0], remembered.landmarks[:, 0]
        else:
            image, landmarks = self.attention(remembered, wanted)
        return self.image_deep(image), self.landmarks_deep(landmarks)


class _Attention(nn.Module):
    def __init__(self, size: Size) -> None:
        super().__init__()
        channels = size.channels(MEETING)
        self.key, self.query = ActivationEncoder(size), ActivationEncoder(size)
        self.exchange = InformationExchange(channels, size.norm)
        self.image_gate, self.landmark_gate = ConvGate(channels), ConvGate(channels)

    def remember(self, image: Tensor, landmarks: Tensor, edges: Tensor) -> Remembered:
        count = edges.shape[1]
        refined, refined_landmarks = self.exchange(image, landmarks)
        return Remembered(
            unfolded(refined, count),
            unfolded(refined_landmarks, count),
            self.image_gate(unfolded(image, count)),
            self.landmark_gate(unfolded(landmarks, count)),
            unfolded(self.key(folded(edges)), count),
        )

    def forward(self, known: Remembered, wanted: Tensor) -> tuple[Tensor, Tensor]:
        """Eq. 6, for pictures and for landmarks."""
        shares = activations(cast(Tensor, known.keys), self.query(wanted))
        image = torch.einsum("bkchw,bkhw->bchw", known.image, shares)
        landmarks = torch.einsum("bkchw,bkhw->bchw", known.landmarks, shares)
        return image + cast(Tensor, known.image_gate), landmarks + cast(Tensor, known.landmark_gate)


def _levels(channels: int, size: Size, first: int, last: int) -> nn.Sequential:
    """Blocks down to a level; the first one from a picture of ``channels``."""
    layers = []
    for level in range(first, last + 1):
        before = size.channels(level - 1) if level else channels
        layers.append(block(before, size.channels(level), size.norm, stride=2 if level else 1))
    return nn.Sequential(*layers)
