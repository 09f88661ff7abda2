"""MFCC against what the package python_speech_features 0.6 says."""

import math

import pytest
import torch

from visemix.core.values.audio import Audio
from visemix.plugins.sync_metrics.cepstra import cepstra

FIRST = (20.6896, 1.9651, -17.6673, 13.9365, -25.905, -69.0006, -15.3169)
FIFTH = (20.6829, 7.3252, -19.8897, 17.9136, -19.3085, -64.3778, -12.0077)


def test_two_tones() -> None:
    time = torch.arange(1200, dtype=torch.float64) / 16_000
    tones = 8000 * torch.sin(880 * math.pi * time) + 3000 * torch.sin(5000 * math.pi * time)
    found = cepstra(Audio((tones.round() / 32_768).float(), 16_000))
    assert found.shape == (6, 13)
    assert found[0, :7].tolist() == pytest.approx(FIRST, abs=2e-3)
    assert found[4, :7].tolist() == pytest.approx(FIFTH, abs=2e-3)


def test_silence_is_finite() -> None:
    found = cepstra(Audio(torch.zeros(1000), 16_000))
    assert bool(found.isfinite().all()) and float(found[0, 0]) == pytest.approx(-36.04, abs=0.01)
