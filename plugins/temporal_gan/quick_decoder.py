"""QuickDecoder: the trained decoder for one person; what never changes is done once."""

from collections.abc import Callable

import attrs
import torch
from torch import Tensor, nn
from torch.nn import functional

from visemix.plugins.temporal_gan.pictures import Block, FaceNetwork

Layer = Callable[[Tensor], Tensor]


@attrs.frozen
class Quickness:
    """Where and how exactly it computes.

    Attributes:
        device: of the network.
        dtype: of its arithmetic.
    """

    device: torch.device
    dtype: torch.dtype

    @staticmethod
    def of(network: nn.Module, precision: str) -> "Quickness":
        """What is best where the network lies.

        Args:
            network: its device counts.
            precision: "float32", "bfloat16", or "auto": bfloat16 where the processor has it.
        """
        device = next(network.parameters()).device
        narrow = precision == "bfloat16" or (precision == "auto" and _has_bfloat16(device))
        return Quickness(device, torch.bfloat16 if narrow else torch.float32)


def _has_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.cpu._is_avx512_bf16_supported())  # the public way to ask does not exist


class QuickDecoder:
    """Latent codes of one person to pictures.

    The identity code's share of the first layer, the still's share of every block and the batch
    norms are constants for one person: they become biases and scaled weights. Pictures are in
    channels-last order.

    Args:
        network: trained.
        still: [3, H, W] in [-1, 1], the person.
        quickness: where and how exactly.
    """

    def __init__(self, network: FaceNetwork, still: Tensor, quickness: Quickness) -> None:
        network.eval()
        self._quickness = quickness
        with torch.no_grad():
            identity = network.encoder(still[None].to(quickness.device))
            decoder, latent = network.decoder, network.size.latent
            weight, scale, shift = decoder.first.weight, *_affine(decoder.norm)
            own = weight[:latent] * scale[:, None, None]
            base = torch.einsum("i,iohw->ohw", identity.code[0], weight[latent:])
            self._size = tuple(base.shape)
            self._first = self._ready(own.flatten(1))
            self._base = self._ready((base * scale[:, None, None] + shift[:, None, None]).flatten())
            blocks = zip(decoder.blocks, identity.maps[::-1], strict=False)
            self._layers: list[Layer] = []
            for block, map_ in blocks:
                assert isinstance(block, Block)
                self._layers += self._block(block, map_)
            self._last = self._ready(decoder.last.weight)

    @torch.inference_mode()
    def __call__(self, latent: Tensor) -> Tensor:
        """Codes [T, latent] to pictures [T, 3, H, W] uint8 on the CPU."""
        codes = latent.to(self._quickness.device, self._quickness.dtype)
        maps = torch.addmm(self._base, codes, self._first).relu_().reshape(-1, *self._size)
        maps = maps.contiguous(memory_format=torch.channels_last)
        for layer in self._layers:
            maps = layer(maps)
        made = functional.conv_transpose2d(maps, self._last, stride=2, padding=1).float().tanh_()
        return ((made + 1) * 127.5).round_().clamp_(0, 255).to(torch.uint8).contiguous().cpu()

    def _block(self, block: Block, still: Tensor) -> list[Layer]:
        scale, shift = _affine(block.norm)
        own = self._ready(block.own.weight * scale[:, None, None, None])
        seen = shift[:, None, None].expand(-1, *still.shape[2:])
        if block.still is not None:
            seen = seen + block.still(still)[0] * scale[:, None, None]
        base = self._ready(seen[None])
        scale, shift = _affine(block.norm_larger)
        larger = self._ready(block.larger.weight * scale[:, None, None])
        bias = self._ready(shift)
        return [
            lambda maps: functional.conv2d(maps, own, padding=1).add_(base).relu_(),
            lambda maps: functional.conv_transpose2d(maps, larger, bias, 2, 1).relu_(),
        ]

    def _ready(self, values: Tensor) -> Tensor:
        ready = values.detach().to(self._quickness.device, self._quickness.dtype)
        if ready.ndim == 4:
            return ready.contiguous(memory_format=torch.channels_last)
        return ready.contiguous()


def _affine(norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Scale and shift [C] of a batch norm that has learned."""
    mean, variance = norm.running_mean, norm.running_var
    assert mean is not None and variance is not None
    scale = norm.weight * torch.rsqrt(variance + norm.eps)
    return scale, norm.bias - mean * scale
