import pytest
import torch

from visemix.core.training.dataset import Example
from visemix.plugins.lstm_pose.clips import Spoken, Units, movement, spoken, stretch, variations


def test_targets_have_no_mean_and_the_expression_one_scale(example: Example) -> None:
    units = Units.of(movement(example.subject.fit))
    clip = spoken(example, 3, units)
    assert float(clip.targets.mean(0).abs().max()) < 1e-4
    assert float(clip.targets[:, :62].var(0, correction=0).sum()) == pytest.approx(1, rel=1e-3)
    assert torch.allclose(clip.targets[:, 62:].std(0, correction=0), torch.ones(6), atol=1e-3)
    assert clip.windows.shape == (120, 7, 24)


def test_windows_of_the_sequence_are_the_windows(example: Example) -> None:
    units = Units.of(movement(example.subject.fit))
    clip = spoken(example, 3, units)
    assert torch.equal(clip.sequence.unfold(0, 7, 1).mT, clip.windows)


def test_stretching() -> None:
    line = torch.arange(10.0)[:, None].expand(10, 2)
    assert stretch(line, 2.0)[:, 0].tolist() == [0, 2, 4, 6, 8]
    assert stretch(line, 0.5)[:4, 1].tolist() == [0, 0.5, 1, 1.5]
    assert stretch(line[:1], 0.9).shape == (1, 2)


def test_variations_are_faster_and_slower() -> None:
    clip = Spoken(torch.zeros(90, 7, 2), torch.zeros(90, 68))
    lengths = [len(variant.targets) for variant in variations(clip)]
    assert lengths[0] == 90 and lengths[1] > 95 and lengths[2] < 85
