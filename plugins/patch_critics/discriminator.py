"""MultiscalePatch and Patch: PatchGANs as parts of a recipe."""

from torch import nn

from visemix.core.interfaces import Discriminator, Sample
from visemix.core.networks.patch_gan import PatchCritic, PatchSize

PIX2PIX_PADDING_PX = 1
PIX2PIXHD_PADDING_PX = 2


class MultiscalePatch(Discriminator):
    """PatchGANs on a pyramid (pix2pixHD; FACIAL's D^r with the defaults, 8.39 M at 33 channels).

    Args:
        scales: how many; each sees half the size of that before.
        width: channels of the first layer.
        layers: layers with stride 2.
        norm: "instance", "batch", "spectral-instance" or "none".
        condition: whether it sees what the picture was made from as well.
        rate: learning rate of its own, 0 for the stage's.
    """

    judges = "frames"

    def __init__(
        self,
        *,
        scales: int = 3,
        width: int = 64,
        layers: int = 3,
        norm: str = "instance",
        condition: bool = True,
        rate: float = 0.0,
    ) -> None:
        self._size = PatchSize(width, layers, norm, PIX2PIXHD_PADDING_PX)
        self._scales = scales
        self._condition = condition
        self.rate = rate or None

    def network(self, like: Sample) -> nn.Module:
        """See Discriminator."""
        return PatchCritic(like, self._size, self._scales, self._condition)


class Patch(Discriminator):
    """One PatchGAN of 70 x 70 px patches (pix2pix; Yi et al.: 2.77 M at 12 channels).

    Args:
        width: channels of the first layer.
        layers: layers with stride 2.
        norm: "batch", "instance", "spectral-instance" or "none".
        condition: whether it sees what the picture was made from as well.
        rate: learning rate of its own, 0 for the stage's.
    """

    judges = "frames"

    def __init__(
        self,
        *,
        width: int = 64,
        layers: int = 3,
        norm: str = "batch",
        condition: bool = True,
        rate: float = 0.0,
    ) -> None:
        self._size = PatchSize(width, layers, norm, PIX2PIX_PADDING_PX)
        self._condition = condition
        self.rate = rate or None

    def network(self, like: Sample) -> nn.Module:
        """See Discriminator."""
        return PatchCritic(like, self._size, 1, self._condition)
