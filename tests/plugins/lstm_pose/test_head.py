import torch

from visemix.plugins.lstm_pose.clips import Spoken
from visemix.plugins.lstm_pose.head import head_rows, learn_head, pose_gain, quarters
from visemix.plugins.lstm_pose.hearing import Hearing, learn_hearing

WIDTH = 5


def noise(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(len(shape)))


def linear_clip() -> tuple[Hearing, Spoken, torch.Tensor]:
    windows, truth = noise(400, 3, WIDTH), noise(3 * WIDTH + 1, 68)
    hearing = learn_hearing([windows[:, 1]], WIDTH)
    centre = windows[:, 1].mean(0)
    return hearing, Spoken(windows, head_rows(hearing, windows, centre) @ truth), centre


def test_a_linear_relation_is_found() -> None:
    hearing, clip, centre = linear_clip()
    pieces = [(piece, centre) for piece in quarters(clip)]
    head = learn_head(hearing, pieces, 1e-3, None)
    made = head_rows(hearing, clip.windows, centre) @ head.weight
    assert torch.allclose(made, clip.targets, atol=1e-2)


def test_a_large_penalty_keeps_the_start() -> None:
    hearing, clip, centre = linear_clip()
    start = noise(3 * WIDTH + 1, 68)
    head = learn_head(hearing, [(clip, centre)] * 4, 1e12, start)
    assert torch.allclose(head.weight[:-1], start[:-1], atol=1e-4)


def test_an_unpredictable_pose_gets_a_limited_gain() -> None:
    hearing, clip, centre = linear_clip()
    unheard = Spoken(clip.windows, noise(400, 68, 1)[..., 0])
    gain = learn_head(hearing, [(p, centre) for p in quarters(unheard)], 1e4, None).gain
    assert gain.shape == (6,) and float(gain.max()) == 8.0


def test_quarters_are_the_clip() -> None:
    _, clip, _ = linear_clip()
    pieces = quarters(clip)
    assert len(pieces) == 4
    assert torch.equal(torch.cat([p.targets for p in pieces]), clip.targets)


def test_the_gain_gives_smoothed_motion_the_true_spread() -> None:
    slow = (torch.arange(2000) / 150).sin()[:, None].expand(2000, 8)
    gain = pose_gain([(slow * 0.4, slow), (slow * 0.4, slow)])
    assert torch.allclose(gain, torch.full((6,), 2.5), rtol=0.02)
    fast = (torch.arange(2000) * 1.0).sin()[:, None].expand(2000, 8)
    assert float(pose_gain([(fast, fast)]).min()) > 5, "what the filter takes counts too"
    assert float(pose_gain([(slow * 3, slow)]).max()) == 1.0
