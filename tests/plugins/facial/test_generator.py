"""The published sizes, and what the two halves of the generator hear."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from visemix.core.interfaces import Sample
from visemix.plugins.facial.attribute_critic import MotionCritic, picture
from visemix.plugins.facial.generator import Generator, Size

SMALL = Size(channels=16)


def parameters(module: nn.Module | None) -> int:
    assert module is not None
    return sum(p.numel() for p in module.parameters())


def features(frames: int = 32, rows: int = 16, width: int = 29) -> Tensor:
    return torch.randn(2, frames, rows, width, generator=torch.Generator().manual_seed(1))


def small(**changes: Any) -> Generator:
    torch.manual_seed(0)
    return Generator(Size(channels=16, **changes)).eval()


def test_the_generator_has_the_published_size() -> None:
    generator = Generator(Size())
    assert parameters(generator) == 9_688_967
    assert parameters(generator.temporal) == 9_657_344
    assert parameters(generator.local) + parameters(generator.say) == 31_623


def test_the_critic_has_the_published_size_and_scores() -> None:
    critic = MotionCritic(64)
    assert parameters(critic) == 1_555_329
    judgement = critic(Sample(attributes=torch.zeros(1, 128, 71)))
    assert judgement.scores[0].shape == (1, 1, 32, 9)
    assert len(judgement.features[0]) == 4


def test_the_critic_sees_numbers_and_their_changes() -> None:
    numbers = torch.arange(6.0).square().reshape(1, 3, 2)
    shown = picture(numbers)
    assert shown.shape == (1, 1, 5, 2)
    assert shown[0, 0, 3:].tolist() == [[4, 8], [12, 16]]


def test_the_temporal_network_sees_34_steps_of_two_columns() -> None:
    temporal = Generator(Size()).temporal
    assert temporal is not None
    assert temporal.see(torch.zeros(1, 1, 128, 29)).shape == (1, 256, 34, 2)


@pytest.mark.parametrize(("rows", "width"), [(16, 29), (28, 12), (9, 40)])
def test_any_features_become_attributes(rows: int, width: int) -> None:
    made = small(rows=rows, width=width)(features(64, rows, width), torch.zeros(2, 71))
    assert made.shape == (2, 64, 71)


def test_shared_rows_are_the_same_windows() -> None:
    generator = small(width=40)
    rows = torch.randn(1, 32 + 15, 40, generator=torch.Generator().manual_seed(2))
    windows = rows.unfold(1, 16, 1).transpose(2, 3)
    state = torch.zeros(1, 71)
    torch.testing.assert_close(generator(rows, state), generator(windows, state))


def change(generator: Generator, where: tuple[int, int]) -> Tensor:
    """Frames [T] whose attributes change with row ``where[1]`` of frame ``where[0]``."""
    plain = features()
    other = plain.clone()
    other[:, where[0], where[1]] += 5
    state = torch.zeros(2, 71)
    difference: Tensor = (generator(other, state) - generator(plain, state)).abs()
    return difference.amax((0, 2)) > 1e-5


def test_without_the_temporal_network_frames_are_on_their_own() -> None:
    changed = change(small(use_temporal=False), (10, 3))
    assert changed.nonzero().flatten().tolist() == [10]


def test_without_the_local_network_only_the_frames_own_row_is_heard() -> None:
    generator = small(use_local=False)
    assert not change(generator, (10, 3)).any()
    assert change(generator, (10, 8)).sum() > 20


def test_a_branch_that_is_off_leaves_32_numbers() -> None:
    assert small(use_local=False).say.in_features == 32
    assert small().say.in_features == 64


def test_the_state_reaches_every_frame() -> None:
    generator, heard = small(), features()
    first, second = (generator(heard, torch.full((2, 71), value)) for value in (0.0, 1.0))
    assert bool(((first - second).abs().amax((0, 2)) > 1e-4).all())


def test_noise_and_deafness_disturb_only_training() -> None:
    generator = small(width=40, noise=1, deaf=0)
    heard, state = features(32, 16, 40), torch.zeros(2, 71)
    assert torch.equal(generator(heard, state), generator(heard, state))
    generator.train()
    assert not torch.equal(generator(heard, state), generator(heard, state))
