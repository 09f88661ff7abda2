"""Sound: a clip's windows, and the same clip as if it had been recorded a little differently.

The paper has 26 hours of speech and no such changes. With a minute of it the audio frame encoder
learns the windows by heart; moved, louder and disturbed ones are not the same twice.
"""

import attrs
import torch
from torch import Tensor

from visemix.plugins.temporal_gan.attribute_model import SECONDS

MOVED_S = 0.015
"""Seconds by which windows are moved at most, less than half a frame at 25 frames per second."""

LOUDER_DB = 6.0
"""Decibels by which they are made louder or softer at most."""

NOISE = 0.02
"""Standard deviation of the noise that is added, at most."""


@attrs.frozen(eq=False)
class Sound:
    """Windows of a clip's sound.

    Attributes:
        windows: [T, S], one for every frame.
        fps: frames per second.
    """

    windows: Tensor
    fps: float

    def changed(self, amount: float, dice: torch.Generator) -> Tensor:
        """[T, S] the windows of the clip, all of them changed alike.

        Args:
            amount: 0 for none; with 1 they are moved by MOVED_S and made louder by LOUDER_DB at
                most, and noise of at most NOISE is added.
            dice: decide.
        """
        if not amount:
            return self.windows
        moved, louder, noisy = (torch.rand(3, generator=dice) * 2 - 1).tolist()
        samples = self.windows.shape[1]
        most = round(amount * MOVED_S * samples / SECONDS)
        wave = torch.nn.functional.pad(self._wave(), (most, most))
        loudness = float(10 ** (amount * louder * LOUDER_DB / 20))
        wave = wave[most + round(moved * most) :] * loudness
        wave = wave + abs(noisy) * amount * NOISE * torch.randn(wave.shape, generator=dice)
        windows: Tensor = wave.unfold(0, samples, self._hop)  # torch says nothing of its type
        return windows[: len(self.windows)]

    @property
    def _hop(self) -> int:
        """Samples from a window to the next."""
        return round(self.windows.shape[1] / SECONDS / self.fps)

    def _wave(self) -> Tensor:
        """[S + (T - 1) hop] all of them in a row."""
        return torch.cat((self.windows[0], self.windows[1:, -self._hop :].flatten()))
