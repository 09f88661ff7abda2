"""The first layers of the Moonshine speech encoder, in plain PyTorch.

Architecture: Jeffries et al., "Moonshine: Speech Recognition for Live Transcription and Voice
Commands" (2024), Tiny. It is written out here because importing transformers' version takes
three seconds; a test compares the two. Parameter names are those of the published weights.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

WIDTH = 288
HEADS = 8
HEAD_WIDTH = WIDTH // HEADS
ROTATED = 32  # of the 36 numbers of a head, those that carry the position
ROTARY_BASE = 10000.0

RATE = 16000
HOP = 64 * 3 * 2
"""Samples from one row to the next: the product of the three strides (41.67 rows/s)."""

RECEPTIVE_FIELD = 127 + (7 - 1) * 64 + (3 - 1) * 64 * 3
"""Samples that one row of the stem sees."""

FIRST_CENTRE = (RECEPTIVE_FIELD - 1) / 2
"""Sample number at the middle of the first row's receptive field."""


class MoonshineLayers(nn.Module):
    """Three strided convolutions and some transformer layers.

    Args:
        layers: number of transformer layers.
    """

    def __init__(self, layers: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(1, WIDTH, 127, stride=64, bias=False)
        self.groupnorm = nn.GroupNorm(1, WIDTH)
        self.conv2 = nn.Conv1d(WIDTH, 2 * WIDTH, 7, stride=3)
        self.conv3 = nn.Conv1d(2 * WIDTH, WIDTH, 3, stride=2)
        self.layers = nn.ModuleList(_Layer() for _ in range(layers))

    def forward(self, samples: Tensor) -> list[Tensor]:
        """The stem's output and that of every layer.

        Args:
            samples: [B, S] float32 at 16 kHz, S >= ``RECEPTIVE_FIELD``.

        Returns:
            1 + layers tensors [B, N, 288]; row i is centred on sample ``FIRST_CENTRE`` + i ``HOP``.
        """
        hidden = self.stem(samples)
        outputs = [hidden]
        cos, sin = _rotation(hidden.shape[1], hidden)
        for layer in self.layers:
            hidden = layer(hidden, cos, sin)
            outputs.append(hidden)
        return outputs

    def stem(self, samples: Tensor) -> Tensor:
        """[B, S] to [B, N, 288].

        GroupNorm measures over all of S: the same sound among louder sound gives smaller numbers.
        """
        x = self.groupnorm(torch.tanh(self.conv1(samples.unsqueeze(1))))
        x = F.gelu(self.conv2(x))
        return F.gelu(self.conv3(x)).transpose(1, 2)


class _Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.input_layernorm = nn.LayerNorm(WIDTH, bias=False)
        self.self_attn = _Attention()
        self.post_attention_layernorm = nn.LayerNorm(WIDTH, bias=False)
        self.mlp = _Mlp()

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        y: Tensor = x + self.mlp(self.post_attention_layernorm(x))
        return y


class _Mlp(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(WIDTH, 4 * WIDTH)
        self.fc2 = nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.fc2(F.gelu(self.fc1(x)))
        return y


class _Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.q_proj = nn.Linear(WIDTH, WIDTH, bias=False)
        self.k_proj = nn.Linear(WIDTH, WIDTH, bias=False)
        self.v_proj = nn.Linear(WIDTH, WIDTH, bias=False)
        self.o_proj = nn.Linear(WIDTH, WIDTH, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        q = _rotate(_heads(self.q_proj(x)), cos, sin)
        k = _rotate(_heads(self.k_proj(x)), cos, sin)
        mixed = F.scaled_dot_product_attention(q, k, _heads(self.v_proj(x)))
        y: Tensor = self.o_proj(mixed.transpose(1, 2).flatten(2))
        return y


def _heads(x: Tensor) -> Tensor:
    """[B, N, 288] to [B, 8, N, 36]."""
    return x.view(*x.shape[:2], HEADS, HEAD_WIDTH).transpose(1, 2)


def _rotation(rows: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """Cosine and sine [rows, 16] of the rotary position embedding (Su et al., eq. 15)."""
    steps = torch.arange(0, ROTATED, 2, dtype=torch.float32, device=like.device)
    angle = torch.arange(rows, device=like.device)[:, None] * ROTARY_BASE ** (-steps / ROTATED)
    return angle.cos().to(like.dtype), angle.sin().to(like.dtype)


def _rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn neighbouring pairs of the first 32 numbers by the angle of their row."""
    even, odd = x[..., 0:ROTATED:2], x[..., 1:ROTATED:2]
    turned = torch.stack((even * cos - odd * sin, odd * cos + even * sin), -1)
    return torch.cat((turned.flatten(-2), x[..., ROTATED:]), -1)
