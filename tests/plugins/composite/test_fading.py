import numpy as np
import torch

from visemix.plugins.composite.fading import HALF, Path, fade

TAPS = np.array((1, 2, 2, 2, 1), np.float32)


def path(frames: list[int], direction: int = 1) -> Path:
    return Path(np.array(frames, np.int32), np.full(len(frames), direction, np.int32))


def test_a_stretch_that_plays_on_stays_sharp() -> None:
    sources = fade(path([3, 4, 5, 6, 7, 8, 9]), np.zeros(20, np.bool_), TAPS)
    assert sources.index[:, 0].tolist() == [5, 6, 7]
    assert sources.weight[:, 0].tolist() == [1, 1, 1]


def test_backwards_too() -> None:
    sources = fade(path([9, 8, 7, 6, 5, 4], -1), np.zeros(20, np.bool_), TAPS)
    assert sources.index[:, 0].tolist() == [7, 6]
    assert sources.weight[:, 0].tolist() == [1, 1]


def test_a_jump_is_a_short_blend_of_two_stretches_that_play_on() -> None:
    sources = fade(path([2, 3, 4, 5, 14, 15, 16, 17]), np.zeros(20, np.bool_), TAPS)
    shares = [
        {int(i): round(float(w), 3) for i, w in zip(index, weight, strict=True) if w > 0}
        for index, weight in zip(sources.index, sources.weight, strict=True)
    ]
    assert shares == [
        {4: 0.875, 12: 0.125},
        {5: 0.625, 13: 0.375},
        {6: 0.375, 14: 0.625},
        {7: 0.125, 15: 0.875},
    ]
    torch.testing.assert_close(sources.weight.sum(1), torch.ones(4))


def test_nothing_plays_across_a_cut() -> None:
    cut = np.zeros(20, np.bool_)
    cut[[6, 14]] = True
    sources = fade(path([2, 3, 4, 5, 14, 15, 16, 17]), cut, TAPS)
    used = sources.index[sources.weight > 0]
    assert not set(used.tolist()) & set(range(6, 14))


def test_a_clip_begins_as_if_it_had_played_before() -> None:
    begun = path([0, 1, 2, 3, 4]).before()
    assert begun.frame.tolist() == [-2, -1, 0, 1, 2, 3, 4]
    sources = fade(begun, np.zeros(20, np.bool_), TAPS)
    assert sources.index[:, 0].tolist() == [0, 1, 2]
    assert sources.weight[:, 0].tolist() == [1, 1, 1]
    assert len(begun.frame) == 5 + HALF


def test_states() -> None:
    both = Path.of_states(np.array([6, 7], np.int32))
    assert both.frame.tolist() == [3, 3]
    assert both.direction.tolist() == [1, -1]
    assert both.last_state == 7
