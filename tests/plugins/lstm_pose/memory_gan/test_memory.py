"""Every rule of the memory, with numbers worked out by hand."""

import math

import pytest
import torch
from torch import Tensor

from visemix.core.errors import CheckpointError
from visemix.plugins.lstm_pose.memory_gan.memory import Memory, between_anchors


def at(degrees: float) -> Tensor:
    """A unit vector in the plane."""
    angle = math.radians(degrees)
    return torch.tensor([math.cos(angle), math.sin(angle)])


def memory_of(keys: list[float], values: list[float]) -> Memory:
    """Slots written with keys and values at these angles."""
    memory = Memory(len(keys), 2, 2)
    memory.keys.copy_(torch.stack([at(k) for k in keys]))
    memory.values.copy_(torch.stack([at(v) for v in values]))
    memory.source.copy_(torch.arange(len(keys)))
    return memory


def dice() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_the_start() -> None:
    memory = Memory(50, 8, 4)
    assert torch.allclose(memory.keys.norm(dim=1), torch.ones(50))
    assert float(memory.keys.min()) < 0 < float(memory.keys.max())
    assert torch.allclose(memory.values.sum(1), torch.ones(50)) and float(memory.values.min()) >= 0
    assert not memory.ages.any() and not memory.written.any()
    assert not list(memory.parameters())


def test_triplet_loss_of_the_best_positive_and_the_best_negative() -> None:
    # 11 degrees are a cosine of .9816, 12 one of .9781: slots 1 and 3 are the same person.
    memory = memory_of(keys=[10, 60, 20, 40], values=[90, 11, 12, 0])
    loss = memory.triplet_loss(at(0)[None], at(0)[None])
    cosine = {k: math.cos(math.radians(k)) for k in (10, 40)}
    assert float(loss) == pytest.approx(cosine[10] - cosine[40] + 0.3, abs=1e-6)


def test_triplet_loss_stops_at_the_margin() -> None:
    memory = memory_of(keys=[0, 80], values=[0, 90])
    assert float(memory.triplet_loss(at(0)[None], at(0)[None])) == 0
    near = memory.triplet_loss(at(30)[None], at(0)[None])
    wanted = math.cos(math.radians(50)) - math.cos(math.radians(30)) + 0.3
    assert float(near) == pytest.approx(wanted, abs=1e-6)


def test_without_a_positive_its_score_is_zero() -> None:
    memory = memory_of(keys=[0, 60], values=[90, 100])
    assert float(memory.triplet_loss(at(0)[None], at(0)[None])) == pytest.approx(1.3, abs=1e-6)


def test_only_the_nearest_256_keys_count() -> None:
    near, far = [0.1 * k for k in range(256)], [80.0]
    memory = memory_of(keys=[*near, *far], values=[90.0] * 256 + [0.0])
    loss = memory.triplet_loss(at(0)[None], at(0)[None])
    assert float(loss) == pytest.approx(1.3, abs=1e-6)  # the one positive is the 257th


def test_the_loss_is_a_mean_and_turns_the_query_towards_its_like() -> None:
    memory = memory_of(keys=[0, 90], values=[0, 90])
    queries = torch.stack([at(50), at(0)]).requires_grad_()
    loss = memory.triplet_loss(queries, torch.stack([at(0), at(0)]))
    alone = math.cos(math.radians(40)) - math.cos(math.radians(50)) + 0.3
    assert float(loss.detach()) == pytest.approx(alone / 2, abs=1e-6)
    loss.backward()  # type: ignore[no-untyped-call]  # torch leaves backward untyped
    assert queries.grad is not None
    assert torch.allclose(queries.grad[0], torch.tensor([-0.5, 0.5])) and not queries.grad[1].any()


def test_update_of_a_known_identity_moves_the_key() -> None:
    memory = memory_of(keys=[0, 90], values=[0, 90])
    memory.update(at(40)[None], at(5)[None], torch.tensor([7]), dice())
    assert torch.allclose(memory.keys[0], at(20), atol=1e-6)
    assert torch.allclose(memory.values[0], at(0))  # the value stays
    assert memory.source.tolist() == [0, 1]
    assert memory.ages.tolist() == [0, 1]


def test_update_with_a_new_identity_replaces_the_oldest() -> None:
    memory = memory_of(keys=[0, 90, 180], values=[0, 90, 180])
    memory.ages.copy_(torch.tensor([3.0, 12.0, 2.0]))  # noise of 4 does not bridge 8
    memory.update(at(10)[None], at(60)[None], torch.tensor([7]), dice())
    assert torch.allclose(memory.keys[1], at(10)) and torch.allclose(memory.values[1], at(60))
    assert memory.source.tolist() == [0, 7, 2]
    assert memory.ages.tolist() == [4, 0, 3]
    assert torch.allclose(memory.keys[0], at(0))


def test_noise_decides_between_slots_of_like_age() -> None:
    replaced = set()
    for seed in range(20):
        memory = memory_of(keys=[0, 90, 180], values=[0, 90, 180])
        memory.ages.copy_(torch.tensor([5.0, 6.0, 50.0]) * torch.tensor([1, 1, 0]))
        random = torch.Generator().manual_seed(seed)
        memory.update(at(10)[None], at(60)[None], torch.tensor([7]), random)
        replaced.add(memory.source.tolist().index(7))
    assert replaced == {0, 1}


def test_a_batch_is_written_one_after_the_other() -> None:
    both, alone = (memory_of(keys=[0, 90, 180], values=[0, 90, 180]) for _ in range(2))
    queries, values = torch.stack([at(10), at(12)]), torch.stack([at(50), at(50)])
    sources = torch.tensor([5, 6])
    both.update(queries, values, sources, dice())
    random = dice()
    for k in range(2):
        alone.update(queries[k : k + 1], values[k : k + 1], sources[k : k + 1], random)
    assert all(torch.equal(x, y) for x, y in zip(both.buffers(), alone.buffers(), strict=True))
    assert sorted(both.source.tolist())[-1] == 5  # the second found the first and moved its key


def test_retrieval_skips_what_was_never_written() -> None:
    memory = memory_of(keys=[0, 30, 90], values=[10, 20, 30])
    memory.source[1] = -1
    found = memory.retrieve(torch.stack([at(28), at(80)]))
    assert torch.allclose(found, torch.stack([at(10), at(30)]))


def test_an_empty_memory_says_so() -> None:
    with pytest.raises(CheckpointError, match=r"memory is empty.*gan-personal"):
        Memory(4, 2, 2).retrieve(at(0)[None])


def test_everything_survives_a_checkpoint() -> None:
    one, other = memory_of(keys=[0, 45], values=[10, 20]), Memory(2, 2, 2)
    one.update(at(46)[None], at(20)[None], torch.tensor([3]), dice())
    other.load_state_dict(one.state_dict())
    assert sorted(one.state_dict()) == ["ages", "keys", "source", "values"]
    assert torch.equal(other.retrieve(at(44)[None]), one.retrieve(at(44)[None]))
    assert other.ages.tolist() == [1, 0]


def test_between_anchors() -> None:
    first, last = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])
    made = between_anchors(first, last, frames=3, gap=4)
    assert torch.allclose(made, torch.tensor([[1, 0], [0.75, 0.25], [0.5, 0.5]]))
    whole = between_anchors(first, last, frames=5, gap=4)
    assert torch.equal(whole[-1], last)
    assert torch.equal(between_anchors(first, last, frames=1, gap=0), first[None])
