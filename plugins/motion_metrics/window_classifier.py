"""A small N-way classifier of short windows of motion: random convolutions and ridge regression.

ROCKET (Dempster, Petitjean and Webb 2020): one-dimensional convolutions that are never learned, of
which two numbers are kept, and a linear classifier on these. It needs seconds of training data, has
a closed form, and says the same every time.
"""

import math
from functools import cache

import attrs
import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import conv1d, one_hot

KERNELS = 500
LENGTH = 9
"""Of a kernel, before dilation."""

PENALTY = 10.0
"""Of the ridge regression on standardised features, per window."""

SEED = 20200701


@attrs.frozen(eq=False)
class Kernels:
    """Random convolutions for windows of one shape.

    Attributes:
        banks: (weights [k, D, LENGTH], bias [k], dilation) of kernels of one dilation.
    """

    banks: tuple[tuple[Tensor, Tensor, int], ...]

    def features(self, windows: Tensor) -> Tensor:
        """[W, 2 K] share of positive numbers and largest number of every convolution.

        Args:
            windows: [W, D, T] of spread 1.
        """
        found = []
        for weights, bias, dilation in self.banks:
            reach = dilation * (LENGTH - 1) // 2
            heard = conv1d(windows, weights, bias, padding=reach, dilation=dilation)
            found += [(heard > 0).float().mean(-1), heard.amax(-1)]
        return torch.cat(found, 1)


@cache
def kernels(channels: int, frames: int) -> Kernels:
    """The same for the same shape, every time."""
    random = np.random.default_rng(SEED)
    most = math.log2((frames - 1) / (LENGTH - 1))
    dilations = np.floor(2 ** random.uniform(0, max(most, 0), KERNELS)).astype(int)
    weights = random.standard_normal((KERNELS, channels, LENGTH))
    weights = (weights - weights.mean(-1, keepdims=True)) / math.sqrt(channels)
    bias = random.uniform(-1, 1, KERNELS)
    banks = []
    for dilation in np.unique(dilations):
        own = dilations == dilation
        chosen, shift = (torch.from_numpy(x[own]).float() for x in (weights, bias))
        banks.append((chosen, shift, int(dilation)))
    return Kernels(tuple(banks))


@attrs.frozen(eq=False)
class WindowClassifier:
    """Which of N people moves like that.

    Attributes:
        spread: [D] of the training windows' channels.
        middle, scale: [F] of their features.
        weights: [F + 1, N].
    """

    spread: Tensor
    middle: Tensor
    scale: Tensor
    weights: Tensor

    @staticmethod
    def learn(windows: Tensor, labels: Tensor) -> "WindowClassifier":
        """From windows [W, T, D] and whose they are [W] int64, 0 to N - 1, each seen."""
        spread = windows.std((0, 1)).clamp_min(1e-6)
        features = _features(windows, spread)
        middle, scale = features.mean(0), features.std(0).clamp_min(1e-6)
        seen = _with_one((features - middle) / scale).double()
        counts = torch.bincount(labels)
        weight = (len(labels) / counts[labels] / len(counts)).double()  # everyone counts alike
        target = 2 * one_hot(labels).double() - 1
        # There are more features than windows, so the smaller of the two equal systems is solved.
        rows = weight.sqrt()[:, None] * seen
        gram = rows @ rows.T
        gram.diagonal().add_(PENALTY * len(rows))
        weights = rows.T @ torch.linalg.solve(gram, weight.sqrt()[:, None] * target)
        return WindowClassifier(spread, middle, scale, weights.float())

    def classify(self, windows: Tensor) -> Tensor:
        """[W] int64, whose the windows [W, T, D] are."""
        features = (_features(windows, self.spread) - self.middle) / self.scale
        return (_with_one(features) @ self.weights).argmax(1)


def _features(windows: Tensor, spread: Tensor) -> Tensor:
    scaled = (windows / spread).transpose(1, 2)
    return kernels(scaled.shape[1], scaled.shape[2]).features(scaled)


def _with_one(features: Tensor) -> Tensor:
    return torch.cat((features, torch.ones(len(features), 1)), 1)
