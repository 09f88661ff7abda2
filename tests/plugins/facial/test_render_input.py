"""What the network sees in training and in use is the same."""

import pytest
import torch

from visemix.core.errors import InvalidValue
from visemix.core.pipeline import draw
from visemix.core.testing.sample_material import sample_material
from visemix.core.testing.samples import SamplePlan
from visemix.core.timeline import cut
from visemix.core.training.frame_batches import Cut, FrameBatches
from visemix.core.training.render_bank import own_frames, render_bank
from visemix.core.training.stage import Shard
from visemix.core.values.rendering import Shot
from visemix.plugins.facial.render_input import (
    EYES,
    EyeAttention,
    Renders,
    renders_of_batch,
    renders_of_shot,
    window_offsets,
)

CPU = torch.device("cpu")


def renders() -> Renders:
    """Two frames of 2 x 2 px; the left column is eye; the second frame blinks."""
    rgb = torch.linspace(-1, 1, 24).reshape(1, 2, 3, 2, 2)
    eyes = torch.tensor([[1.0, 0.2], [1.0, 0.0]]).expand(1, 2, 1, 2, 2)
    return Renders(rgb, eyes, torch.tensor([[0.0, 2.5]]))


def test_windows_of_the_paper_and_of_the_released_code() -> None:
    assert window_offsets(5, "paper") == tuple(range(-5, 5))
    assert window_offsets(5, "released") == tuple(range(-6, 4))
    assert window_offsets(1, "paper") == (-1, 0)
    with pytest.raises(InvalidValue, match="-2 to -1 does not hold the frame itself"):
        window_offsets(1, "released")


def test_the_fourth_channel_is_the_mask_times_the_blink() -> None:
    stack = renders().stacked(EyeAttention.CHANNEL)
    assert stack.shape == (1, 8, 2, 2)
    assert torch.equal(stack[:, [0, 1, 2, 4, 5, 6]], renders().rgb.flatten(1, 2))
    assert stack[0, 3].tolist() == [[0, 0], [0, 0]]
    torch.testing.assert_close(stack[0, 7], torch.tensor([[0.5, 0.1], [0.5, 0.0]]))


def test_the_released_code_paints_the_blink_over_the_render() -> None:
    stack = renders().stacked(EyeAttention.OVERWRITE_RGB)
    assert stack.shape == (1, 6, 2, 2)
    assert set(stack[0, 3:, :, 0].flatten().tolist()) == {2.5}
    assert set(stack[0, :3, :, 0].flatten().tolist()) == {0.0}
    assert torch.equal(stack[0, :, :, 1], renders().rgb.flatten(1, 2)[0, :, :, 1])


def test_without_attention_nothing_is_told_of_the_eyes() -> None:
    seen = renders()
    assert torch.equal(seen.stacked(EyeAttention.OFF), seen.rgb.flatten(1, 2))


@pytest.mark.parametrize("attention", EyeAttention)
def test_training_and_use_see_the_same(attention: EyeAttention) -> None:
    material = sample_material(SamplePlan(frames=20), (EYES,))
    example, parts = material.examples[0], material.need_parts()
    offsets = window_offsets(2, "released")
    bank = render_bank(example, parts, [EYES])
    batch = FrameBatches([bank], Cut(offsets), 20, seed=1).batch(0, Shard())
    shot = draw(parts, own_frames(example.subject), example.subject)
    window = cut(shot, offsets[0], 20 + offsets[-1])
    used = renders_of_shot(window, offsets, attention, CPU).stacked(attention)
    learned = renders_of_batch(batch, attention).stacked(attention)
    assert learned.shape == (20, 4 * attention.channels, 128, 128)
    assert bool((used[:, 0] > -1).any())
    torch.testing.assert_close(learned, used[batch.frame[:, 0]], atol=1.01 / 255, rtol=0)


def test_a_missing_map_is_named() -> None:
    material = sample_material(SamplePlan(frames=12))
    subject = material.examples[0].subject
    shot: Shot = draw(material.need_parts(), own_frames(subject), subject)
    with pytest.raises(InvalidValue, match=r"'eye_attention' is missing.*the renderer's maps"):
        renders_of_shot(shot, (-1, 0), EyeAttention.CHANNEL, CPU)
    renders_of_shot(shot, (-1, 0), EyeAttention.OFF, CPU)
