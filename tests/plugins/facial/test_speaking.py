"""Windows follow each other as published, without a jump."""

import torch
from torch import Tensor

from visemix.plugins.facial.speaking import Carried, Stitching

W = 8


class Watcher:
    """Says the time that it hears plus a tenth for every window it was asked for."""

    def __init__(self) -> None:
        self.heard: list[list[float]] = []
        self.states: list[float] = []

    def __call__(self, features: Tensor, state: Tensor) -> Tensor:
        self.heard.append(features[:, 0, 0].tolist())
        self.states.append(round(float(state[0]), 4))
        return features[:, 0, :1] + 0.1 * len(self.heard)


def run(frames: int, seam: int) -> tuple[Tensor, Watcher]:
    watcher, stitching = Watcher(), Stitching(W, seam)
    features = torch.arange(float(frames)).reshape(-1, 1, 1)
    ahead = torch.cat((features, features[-1:]))
    carried, made = Carried(torch.zeros(1)), []
    for first in range(0, frames, W - 1):
        numbers, carried = stitching.block(ahead[first : first + W], carried, watcher)
        made.append(numbers)
    return torch.cat(made)[:, 0], watcher


def test_windows_share_one_frame_and_the_state_is_what_was_said_of_it() -> None:
    made, watcher = run(14, seam=0)
    assert watcher.heard[1] == [7, 8, 9, 10, 11, 12, 13, 13]
    assert watcher.states == [0, 7.1]
    assert torch.allclose(made, torch.arange(14) + torch.tensor([0.1] * 7 + [0.2] * 7))


def test_the_end_is_heard_in_the_last_window() -> None:
    """The released code's anchor at N - W, with the state that was said of that frame."""
    made, watcher = run(10, seam=0)
    assert watcher.heard[1] == [2, 3, 4, 5, 6, 7, 8, 9]
    assert watcher.states[1] == 2.1
    assert torch.allclose(made[7:], torch.tensor([7.2, 8.2, 9.2]))


def test_a_short_clip_holds_its_last_frame() -> None:
    made, watcher = run(3, seam=4)
    assert watcher.heard == [[0, 1, 2, 2, 2, 2, 2, 2]]
    assert torch.allclose(made, torch.tensor([0.1, 1.1, 2.1]))


def test_a_seam_has_no_jump() -> None:
    """Each window says 0.1 more than the last: with a seam of 4 that is 0.025 a frame."""
    for frames in (14, 10):
        smooth, _ = run(frames, seam=4)
        jump, _ = run(frames, seam=0)
        assert float((smooth.diff() - 1).abs().max()) < 0.0251
        assert float((jump.diff() - 1).abs().max()) > 0.099
    assert torch.allclose(smooth[:7], jump[:7]), "the first window begins without a seam"
