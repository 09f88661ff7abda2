"""Generator: both halves together, as they learn."""

import attrs
import torch
from torch import Tensor

from visemix.core.training.aligned_bank import AlignedBank
from visemix.core.training.frame_batch import signed
from visemix.plugins.temporal_gan.attribute_model import windows_of
from visemix.plugins.temporal_gan.latent import LatentNetwork
from visemix.plugins.temporal_gan.pictures import FaceNetwork

AT_ONCE = 100
"""Frames of a clip that are made together."""


@attrs.frozen(eq=False)
class Generator:
    """Both halves of the generator.

    Attributes:
        latent: speech to codes.
        face: codes to pictures.
        spread: standard deviation of the noise.
    """

    latent: LatentNetwork
    face: FaceNetwork
    spread: float

    @torch.no_grad()
    def clip(self, bank: AlignedBank) -> Tensor:
        """[T, 3, H, W] uint8, a whole clip from its first frame, without chance."""
        device = next(self.face.parameters()).device
        modes = self.latent.training, self.face.training
        self.latent.eval()
        self.face.eval()
        windows = windows_of(bank.example.features, self.latent.size.samples)[: len(bank)]
        noise = torch.zeros(1, len(windows), self.latent.size.noise, device=device)
        codes, _ = self.latent(windows.to(device)[None], noise)
        still = signed(bank.real[:1].to(device))
        made = [self.face(still, piece)[0].cpu() for piece in codes.split(AT_ONCE, 1)]
        self.latent.train(modes[0])
        self.face.train(modes[1])
        return ((torch.cat(made) + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
