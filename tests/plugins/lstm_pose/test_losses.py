import pytest
import torch

from visemix.core.training.stage import total
from visemix.plugins.lstm_pose.losses import (
    COMPACT,
    PAPER,
    compact_losses,
    published_losses,
    published_weights,
)


def pair() -> tuple[torch.Tensor, torch.Tensor]:
    true = torch.zeros(2, 4, 70)
    made = true.clone()
    made[..., :64] = 0.5
    made[..., 64:] = torch.arange(4.0)[:, None]
    return made, true


def test_eq_2_by_hand() -> None:
    book = published_losses(*pair(), PAPER)
    assert float(book["expression"].value) == 0.25
    assert float(book["pose"].value) == 3.5
    assert float(book["pose_motion"].value) == 3 * 6
    assert float(book["expression_motion"].value) == 0
    assert float(total(book)) == pytest.approx(0.25 + 0.2 * 3.5 + 0.01 * 18)


def test_the_released_preset_means_over_all_numbers() -> None:
    made, true = pair()
    weights = {**published_weights("released", 70), "pose_motion": 0.0, "expression_motion": 0.0}
    mean = float((made - true).square().mean())
    assert float(total(published_losses(made, true, weights))) == pytest.approx(mean)


def test_an_unsquared_loss_counts_lengths() -> None:
    made = torch.zeros(1, 3, 68)
    far, near = (compact_losses(made, made + d, COMPACT, unsquared=True) for d in (40.0, 20.0))
    ratio = float(far["expression"].value / near["expression"].value)
    assert ratio == pytest.approx(2.0, rel=1e-3)
    assert float(near["expression_motion"].value) == pytest.approx(0.1)  # the root of SMOOTH


def test_compact_losses_compare_the_change_with_the_true_one() -> None:
    made, _ = pair()
    book = compact_losses(made, made - 3.0, COMPACT)
    assert float(book["expression_motion"].value) == 0
    assert float(book["expression"].value) == pytest.approx(9 * 64)
