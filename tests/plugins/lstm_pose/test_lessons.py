from collections.abc import Callable

import torch

from visemix.core.training.dataset import Dataset
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan, Shard, Stage, total
from visemix.plugins.lstm_pose.lessons import learn
from visemix.plugins.lstm_pose.model import LstmPose

Make = Callable[..., LstmPose]


def stage_of(model: LstmPose, data: Dataset, steps: int = 30) -> Stage:
    return model.stage("general", Material(data), Plan(steps=steps, batch=4, seed=1))


def loss_of(stage: Stage) -> float:
    batch = stage.batch(0, Shard())
    return sum(float(total(turn.losses(stage.modules, batch)).detach()) for turn in stage.turns)


def test_a_batch_depends_on_the_step_alone(small: Make, data: Dataset) -> None:
    first, second = (stage_of(small(), data) for _ in range(2))
    first.batch(0, Shard())
    a, b = first.batch(7, Shard()), second.batch(7, Shard())
    assert torch.equal(a["member-0"][0], b["member-0"][0])
    assert not torch.equal(a["member-0"][0], a["member-1"][0])


def test_processes_share_a_batch(small: Make, data: Dataset) -> None:
    stage = stage_of(small(), data)
    rows, _ = stage.batch(3, Shard())["member-1"]
    parts = [stage.batch(3, Shard(rank, 2))["member-1"][0] for rank in range(2)]
    assert torch.equal(rows[0::2], parts[0]) and torch.equal(rows[1::2], parts[1])


def test_learning_lowers_the_loss_and_keeps_the_random_numbers(small: Make, data: Dataset) -> None:
    model = small(noise=0.1, deaf=0.0, dropout=0.0)
    stage = stage_of(model, data)
    before = loss_of(stage)
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    learn(stage, seed=0)
    assert torch.equal(torch.rand(1), expected)
    assert loss_of(stage) < 0.8 * before
    assert not any(module.training for module in stage.modules.values())


def test_the_same_seed_gives_the_same_weights(small: Make, data: Dataset) -> None:
    models = [small(), small()]
    for model in models:
        learn(stage_of(model, data, steps=3), seed=0)
    first, second = (model.weights() for model in models)
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)
