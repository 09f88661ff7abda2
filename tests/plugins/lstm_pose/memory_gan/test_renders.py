import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.testing.samples import sample_subject
from visemix.core.training.frame_batches import Cut, FrameBatches
from visemix.core.training.material import Material
from visemix.core.training.render_bank import render_bank
from visemix.core.training.stage import Shard
from visemix.core.values.attributes import Sources
from visemix.plugins.lstm_pose.memory_gan.renders import (
    OFFSETS,
    backgrounds,
    of_batch,
    over,
    resized,
    windows,
    without_holes,
)


def ring() -> Tensor:
    """Coverage of a face with an open mouth, and a second speck far away."""
    alpha = torch.zeros(1, 1, 32, 32)
    alpha[..., 6:20, 6:20] = 1
    alpha[..., 10:14, 9:16] = 0
    return alpha


def test_holes_are_filled_and_nothing_else() -> None:
    for alpha in (ring(), (ring() * 255).to(torch.uint8)):
        filled = without_holes(alpha)
        assert filled.dtype == alpha.dtype and not alpha[0, 0, 12, 12]
        assert bool((filled[..., 6:20, 6:20] == alpha.max()).all())
        assert int((filled > 0).sum()) == 14 * 14


def test_a_hole_shows_what_was_drawn_there_not_the_background() -> None:
    made = over(torch.zeros(1, 3, 32, 32), without_holes(ring()), torch.ones(1, 3, 32, 32))
    assert not made[..., 12, 12].any() and bool(made[..., 2, 2].all())


def test_a_smoothed_rim_is_not_darkened() -> None:
    alpha, colour = torch.tensor(0.25), torch.tensor(0.8)
    assert float(over(colour * alpha, alpha, torch.tensor(0.4))) == pytest.approx(0.5)


def test_windows_hold_the_frame_last() -> None:
    renders = torch.arange(5.0)[:, None, None, None].expand(5, 3, 2, 2)
    made = windows(renders)
    assert made.shape == (3, 9, 2, 2)
    assert made[1, ::3, 0, 0].tolist() == [1, 2, 3]
    assert OFFSETS == (-2, -1, 0)


def test_backgrounds_are_mixed_crops_of_the_chosen_frames() -> None:
    subject = sample_subject()
    index, weight = torch.tensor([[3, 9], [5, 70]]), torch.tensor([[0.25, 0.75], [1.0, 0.0]])
    crop = subject.track.crop
    made = backgrounds(Sources(index, weight), [crop, crop], subject.frames)
    slices = (slice(16, 144), slice(32, 160))  # where the sample's crop lies
    real = {k: torch.tensor(subject.frames[k][slices]).permute(2, 0, 1) / 255 for k in (3, 5, 9)}
    assert torch.allclose(made[0], 0.25 * real[3] + 0.75 * real[9], atol=1e-6)
    assert torch.equal(made[1], real[5])


def test_a_batch_shows_renders_over_their_own_pictures(clip: Material) -> None:
    bank = render_bank(clip.examples[0], clip.need_parts())
    batch = FrameBatches([bank], Cut(OFFSETS), 2, 0).batch(0, Shard())
    made = of_batch(batch, 128)
    assert made.shape == (2, 1, 3, 3, 128, 128) and -1 <= float(made.min()) < float(made.max()) <= 1
    frame = max(int(batch.frame[0, 0]) - 1, 0)  # the middle of the window
    drawn = bank.alpha[frame] == 255
    wanted = torch.where(drawn, bank.rgb[frame], bank.real[frame]).float() / 127.5 - 1
    assert torch.allclose(made[0, 0, 1], wanted, atol=1e-5)
    assert of_batch(batch, 32).shape[-2:] == (32, 32)


def test_resizing_keeps_the_mean() -> None:
    picture = torch.rand(1, 3, 96, 80)
    assert resized(picture, 32).shape == (1, 3, 32, 32)
    assert float(resized(picture, 32).mean()) == pytest.approx(float(picture.mean()), abs=5e-3)
    square = torch.rand(1, 3, 32, 32)
    assert resized(square, 32) is square


def test_the_bank_of_a_stage_has_no_holes(clip: Material) -> None:
    bank = render_bank(clip.examples[0], clip.need_parts())
    filled = attrs.evolve(bank, alpha=without_holes(bank.alpha))
    assert bool((filled.alpha >= bank.alpha).all())
