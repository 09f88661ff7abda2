"""Each term, worked out by hand, in sums (paper) and means (released)."""

import pytest
import torch

from visemix.core.errors import TrainingError
from visemix.core.training.adversarial import GanLoss
from visemix.core.training.stage import total
from visemix.plugins.facial.layout import BLINK, POSE
from visemix.plugins.facial.losses import PAPER, RELEASED, objective, regression_losses


def errors() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Two windows of 4 frames; pose off by 2 everywhere, blink by 1 in frame 1, expression by 3
    in one number of frame 2, and the state 0.5 from the first true frame.
    """
    true = torch.zeros(2, 4, 71)
    made = true.clone()
    made[..., POSE] += 2
    made[:, 1, BLINK] += 1
    made[:, 2, 10] += 3
    return made, true, torch.full((2, 71), 0.5)


def values(preset: str) -> dict[str, float]:
    book = regression_losses(*errors(), objective(preset, {}))
    return {name: float(term.value) for name, term in book.items()}


def test_the_papers_sums() -> None:
    found = values("paper")
    assert found["pose"] == 4 * 6 * 4
    assert found["pose_motion"] == 0
    assert (found["eye"], found["eye_motion"]) == (1, 2)
    assert (found["expression"], found["expression_motion"]) == (9, 18)
    assert found["start"] == pytest.approx(6 * 1.5 + 65 * 0.5)


def test_the_released_means() -> None:
    found = values("released")
    assert found["pose"] == 4
    assert found["eye"] == 0.25
    assert found["eye_motion"] == pytest.approx(2 / 3)
    assert found["expression"] == pytest.approx(9 / (4 * 64))
    assert found["expression_motion"] == pytest.approx(18 / (3 * 64))
    assert found["start"] == pytest.approx(1.5 + 0.5 + 0.5), "the blink counts twice"


def test_the_papers_weights() -> None:
    """L_Reg = 2 exp + 1 pose + 5 eye + 10 start; each motion is 10 times as much."""
    book = regression_losses(*errors(), objective("paper", {}))
    wanted = 2 * (9 + 180) + 96 + 5 * (1 + 20) + 10 * (9 + 32.5)
    assert float(total(book)) == pytest.approx(wanted)
    assert PAPER["expression_motion"] == 10 * PAPER["expression"]
    assert (RELEASED["eye"], RELEASED["eye_motion"]) == (0.5, 1.0)


def test_the_presets_play_different_games() -> None:
    paper, released = objective("paper", {}), objective("released", {})
    assert (paper.gan, paper.summed) == (GanLoss.LOG, True)
    assert (released.gan, released.summed) == (GanLoss.LEAST_SQUARES, False)


def test_a_weight_of_zero_is_an_ablation() -> None:
    """Terms of other parts are passed over: a recipe weighs all of them in one list."""
    wanted = objective("paper", {"pose_motion": 0.0, "l1": 3.0})
    assert wanted.weights == {**PAPER, "pose_motion": 0.0}


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(TrainingError, match=r"no preset 'best'.*paper and released"):
        objective("best", {})
