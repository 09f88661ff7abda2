"""Orders that every run, killed or not and in however many processes, agrees on."""

import numpy as np
import torch

from visemix.core.training.dealing import Dealer, batch_of
from visemix.core.training.stage import Shard


def test_every_example_comes_once_an_epoch() -> None:
    dealer = Dealer(count=5, batch=3, seed=2)
    dealt = [dealer.example(p) for step in range(5) for p in dealer.positions(step, Shard())]
    assert [sorted(dealt[k : k + 5]) for k in (0, 5, 10)] == [list(range(5))] * 3
    assert dealt[:5] != dealt[5:10]
    generator = torch.Generator().manual_seed(2 * 7_919 + 1)
    assert dealt[5:10] == torch.randperm(5, generator=generator).tolist()


def test_shards_share_a_batch() -> None:
    dealer = Dealer(count=7, batch=4, seed=0)
    assert dealer.positions(3, Shard()) == (12, 13, 14, 15)
    assert dealer.positions(3, Shard(1, 2)) == (13, 15)
    whole = batch_of((7, 4), 0, 3, Shard()).tolist()
    assert batch_of((7, 4), 0, 3, Shard(1, 2)).tolist() == whole[1::2]


def test_dice_depend_on_the_position_alone() -> None:
    one, other = Dealer(9, 2, seed=1), Dealer(9, 2, seed=1)
    other.dice(3)
    assert float(torch.rand((), generator=one.dice(4))) == float(
        torch.rand((), generator=other.dice(4))
    )


def test_whole_batches_leave_the_rest_of_an_epoch_out() -> None:
    order = np.random.default_rng((6, 1)).permutation(10)
    assert batch_of((10, 4), 6, 3, Shard()).tolist() == order[4:8].tolist()
    few = batch_of((3, 5), 0, 0, Shard()).tolist()
    assert len(few) == 5 and set(few) == {0, 1, 2}
