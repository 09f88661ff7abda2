import pytest
import torch

from visemix.plugins.rhythmic_head.hearing import Sound
from visemix.plugins.rhythmic_head.motion_network import (
    SHORTEST,
    Manner,
    MotionNetwork,
    MotionSize,
)

SMALL = MotionSize(Sound(9, 6, raw=False, narrow=3), channels=8, encoded=4, hear_taps=5)


def network(size: MotionSize = SMALL) -> MotionNetwork:
    torch.manual_seed(0)
    return MotionNetwork(size).eval()


def count(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_published_sizes() -> None:
    with torch.device("meta"):
        made = MotionNetwork(MotionSize())
        wide = MotionNetwork(MotionSize(Sound(width=2000)))
    assert made.front.width == 30_528 and wide.front.width == 95_808
    first = made.over_time[0]
    assert isinstance(first, torch.nn.Conv1d) and first.weight.shape == (512, 30_528, 3)
    assert made.generate.out_features == 256 * 6 + 6
    assert count(made.together) == 2 * (512 * 512 * 5 + 512 + 2 * 512)


def test_64_frames_become_13() -> None:
    layers = network(MotionSize(SMALL.sound, 8, 4)).together
    convolutions = [m for m in layers if isinstance(m, torch.nn.Conv1d)]
    seen = torch.randn(1, 8, 64)
    assert [int((seen := layer(seen)).shape[2]) for layer in convolutions] == [30, 13]


def test_every_person_gets_weights_of_their_own() -> None:
    made, sound = network(), torch.randn(2, 40, 9, 6)
    heard = made.listen(sound)
    manner = made.learn(heard[:, :20], torch.randn(2, 20, 6))
    assert manner.weight.shape == (2, 6, 4) and manner.bias.shape == (2, 6)
    assert not torch.equal(manner.weight[0], manner.weight[1])
    said = made.move(heard[:, 20:], manner)
    wanted = torch.stack(
        [h @ w.T + b for h, w, b in zip(heard[:, 20:], *_parts(manner), strict=True)]
    )
    torch.testing.assert_close(said, wanted)


def _parts(manner: Manner) -> tuple[torch.Tensor, torch.Tensor]:
    return manner.weight, manner.bias


def test_motion_that_was_seen_changes_what_is_predicted() -> None:
    made, sound = network(), torch.randn(1, 40, 9, 6)
    seen = torch.randn(1, 20, 6)
    one, other = made(sound, seen), made(sound, seen + 1)
    assert one.shape == (1, 20, 6) and not torch.allclose(one, other)


def test_only_frames_within_reach_are_heard() -> None:
    made = network()
    assert made.reach == 4
    sound = torch.randn(1, 30, 9, 6)
    changed = sound.clone()
    changed[:, 15] += 1
    differs = (made.listen(sound) - made.listen(changed)).abs().sum(2)[0] > 1e-6
    assert differs.nonzero()[:, 0].tolist() == list(range(11, 20))


def test_the_shortest_motion() -> None:
    made = network()
    made(torch.randn(2, SHORTEST + 1, 9, 6), torch.randn(2, SHORTEST, 6))
    with pytest.raises(RuntimeError):
        made(torch.randn(2, SHORTEST, 9, 6), torch.randn(2, SHORTEST - 1, 6))


def test_how_people_usually_move_is_kept() -> None:
    made = network()
    manners = [Manner(torch.full((1, 6, 4), n), torch.full((1, 6), 2 * n)) for n in (1.0, 3.0)]
    made.keep_usual(manners)
    assert made.usual.weight.shape == (1, 6, 4)
    assert bool((made.usual.weight == 2).all()) and bool((made.usual.bias == 4).all())
    assert {"usual_weight", "usual_bias"} <= made.state_dict().keys()
