"""Motions that differ in speed, form or link between channels are told apart."""

import torch
from torch import Tensor

from visemix.plugins.motion_metrics.window_classifier import LENGTH, WindowClassifier, kernels

FRAMES = 64


def waves(period: float, count: int = 12, seed: int = 0, lag: float = 0.0) -> Tensor:
    """[count, FRAMES, 2] sines with random phases; the second channel comes ``lag`` later."""
    random = torch.Generator().manual_seed(seed)
    phase = 6.28 * torch.rand(count, 1, generator=random)
    time = torch.arange(FRAMES)[None] * 6.28 / period
    noise = 0.1 * torch.randn(count, FRAMES, 2, generator=random)
    return torch.stack((torch.sin(time + phase), torch.sin(time + phase - lag)), -1) + noise


def accuracy(learned: list[Tensor], judged: list[Tensor]) -> float:
    labels = torch.cat([torch.full((len(w),), n) for n, w in enumerate(learned)])
    classifier = WindowClassifier.learn(torch.cat(learned), labels)
    right = [(classifier.classify(w) == n).float().mean() for n, w in enumerate(judged)]
    return float(torch.stack(right).mean())


def test_it_hears_speed() -> None:
    learned, judged = ([waves(p, seed=seed) for p in (8, 16, 32)] for seed in (1, 2))
    assert accuracy(learned, judged) == 1


def test_it_hears_how_channels_go_together() -> None:
    learned, judged = ([waves(16, 30, seed, lag) for lag in (0.0, 1.57)] for seed in (1, 2))
    assert accuracy(learned, judged) > 0.9


def test_noise_is_guessed() -> None:
    random = torch.Generator().manual_seed(0)
    learned, judged = (
        [torch.randn(30, FRAMES, 2, generator=random) for _ in range(2)] for _ in range(2)
    )
    assert 0.25 < accuracy(learned, judged) < 0.75


def test_everyone_counts_alike() -> None:
    """Few windows of one person against many that say nothing: no vote by mere number."""
    random = torch.Generator().manual_seed(0)
    few, many = (torch.randn(n, FRAMES, 1, generator=random) for n in (8, 200))
    labels = torch.cat((torch.zeros(8), torch.ones(200))).long()
    classifier = WindowClassifier.learn(torch.cat((few, many)), labels)
    share = (classifier.classify(torch.randn(200, FRAMES, 1, generator=random)) == 0).float()
    assert 0.2 < float(share.mean()) < 0.8


def test_it_says_the_same_every_time() -> None:
    windows = torch.cat((waves(8), waves(32)))
    labels = torch.arange(2).repeat_interleave(12)
    kernels.cache_clear()
    first = WindowClassifier.learn(windows, labels)
    kernels.cache_clear()
    assert torch.equal(first.weights, WindowClassifier.learn(windows, labels).weights)


def test_kernels_fit_into_the_window() -> None:
    for frames in (16, 128):
        for weights, bias, dilation in kernels(6, frames).banks:
            assert (LENGTH - 1) * dilation < frames
            assert weights.shape == (len(bias), 6, LENGTH)
