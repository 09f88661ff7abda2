import pytest
import torch
from torch import Tensor, distributed

from visemix.plugins.lstm_pose.memory_gan.gathering import gathered


def test_one_process_has_everything() -> None:
    values = torch.rand(3, 2)
    assert gathered(values) is values


def test_examples_come_back_in_the_order_in_which_they_were_dealt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Shard deals 0, 2, 4 to the first process and 1, 3 to the second."""
    shards = [torch.tensor([[0.0], [2.0], [4.0]]), torch.tensor([[1.0], [3.0]])]

    def all_gather(into: list[Tensor], own: Tensor) -> None:
        for shard, place in zip(shards, into, strict=True):
            if own.ndim == 1:  # how many each has
                place.copy_(torch.tensor([len(shard)]))
                continue
            place.zero_()
            place[: len(shard)] = shard

    monkeypatch.setattr(distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(distributed, "get_world_size", lambda: 2)
    monkeypatch.setattr(distributed, "all_gather", all_gather)
    for shard in shards:
        assert gathered(shard).flatten().tolist() == [0, 1, 2, 3, 4]
