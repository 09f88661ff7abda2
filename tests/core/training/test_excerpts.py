"""Where excerpts are cut out."""

import attrs
import pytest
import torch

from visemix.core.errors import TrainingError
from visemix.core.training.excerpts import Excerpts
from visemix.core.training.stage import Shard


@attrs.frozen(eq=False)
class Clip:
    found: torch.Tensor
    cut: torch.Tensor

    def __len__(self) -> int:
        return len(self.found)


def clip(frames: int, lost: tuple[int, ...] = (), cuts: tuple[int, ...] = ()) -> Clip:
    found, cut = torch.ones(frames, dtype=torch.bool), torch.zeros(frames, dtype=torch.bool)
    found[list(lost)] = False
    cut[list(cuts)] = True
    return Clip(found, cut)


def test_an_excerpt_is_one_shot_of_a_face_that_is_seen() -> None:
    excerpts = Excerpts([clip(20, lost=(12,), cuts=(5,))], 5, 4, 0)
    firsts = {place.first for step in range(30) for place in excerpts.places(step, Shard())}
    assert firsts == {0, 5, 6, 7, 13, 14, 15}


def test_an_epoch_has_every_clip_as_often_as_it_is_long_and_short_ones_never() -> None:
    excerpts = Excerpts([clip(14), clip(3), clip(24)], 5, 1, 0)
    assert excerpts.usable == [0, 2]
    assert excerpts.count == 2 + 4
    seen = [excerpts.places(step, Shard())[0].clip for step in range(12)]
    for epoch in (seen[:6], seen[6:]):
        assert sorted(epoch) == [0, 0, 2, 2, 2, 2]


def test_the_step_decides_and_shards_share_it() -> None:
    excerpts = Excerpts([clip(50), clip(30)], 5, 4, 3)

    def told(rank: int, world: int) -> list[tuple[int, int, float]]:
        places = excerpts.places(7, Shard(rank, world))
        return [(p.clip, p.first, float(torch.rand((), generator=p.dice))) for p in places]

    whole = told(0, 1)
    assert whole == told(0, 1)
    assert whole[0::2] == told(0, 2)
    assert whole[1::2] == told(1, 2)
    other = Excerpts([clip(50), clip(30)], 5, 4, 4).places(7, Shard())
    assert [(p.clip, p.first) for p in other] != [place[:2] for place in whole]


def test_clips_that_are_all_too_short_are_refused() -> None:
    with pytest.raises(TrainingError, match="no clip shows the face in 5 frames in a row"):
        Excerpts([clip(4)], 5, 1, 0)
