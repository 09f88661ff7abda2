import pytest
import torch

from visemix.core.testing.contracts import check_part
from visemix.core.testing.samples import SamplePlan, sample_features, sample_subject
from visemix.core.training.dataset import Dataset, Example
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan, Shard
from visemix.plugins.lstm_pose.lessons import learn
from visemix.plugins.lstm_pose.model import LstmPose
from visemix.plugins.lstm_pose.motion import settled
from visemix.plugins.lstm_pose.published import PublishedNetwork
from visemix.plugins.lstm_pose.published_network import LARGEST_GAIN, PublishedModel
from visemix.registry.installed import find_installed


def test_size_is_the_published_one() -> None:
    count = sum(p.numel() for p in PublishedNetwork().parameters())
    assert round(count / 1e6, 2) == 29.43


def test_two_blocks_are_one() -> None:
    network = PublishedNetwork().eval()
    windows = torch.randn(1, 6, 28, 12, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        whole = network(windows)
        first, memory = network.speak(windows[:, :2], None)
        second, _ = network.speak(windows[:, 2:], memory)
    assert whole.shape == (1, 6, 70)
    assert torch.allclose(torch.cat((first, second), 1), whole, atol=1e-6)


def test_windows_of_sixteen_frames_in_epochs() -> None:
    features = sample_features("mfcc", (75, 28, 12), 25.0)
    data = Dataset([Example(sample_subject(SamplePlan(frames=75)), features)])
    stage = PublishedModel().stage("general", data, Plan())
    assert stage.steps == 10 * (60 // 16)
    rows, targets = stage.batch(5, Shard())
    assert rows.shape == (16, 16, 28, 12) and targets.shape == (16, 16, 70)
    again, _ = stage.batch(5, Shard())
    assert torch.equal(rows, again)
    half, _ = stage.batch(5, Shard(1, 2))
    assert torch.equal(half, rows[1::2])


def test_a_narrow_network_is_the_same_graph() -> None:
    wide, narrow = PublishedNetwork(), PublishedNetwork(channels=8)
    assert [name for name, _ in wide.named_parameters()] == [
        name for name, _ in narrow.named_parameters()
    ]
    count = sum(p.numel() for p in narrow.parameters())
    assert count < 29_430_000 / 50
    assert narrow(torch.zeros(1, 2, 28, 12)).shape == (1, 2, 70)


def test_the_spread_that_training_takes_is_given_back() -> None:
    features = sample_features("mfcc", (75, 28, 12), 25.0)
    data = Dataset([Example(sample_subject(SamplePlan(frames=75)), features)])
    model = PublishedModel(channels=4)
    learn(model.stage("general", data, Plan(steps=6, batch=2)), seed=0)
    said, _ = model.speak(features, None)
    spread = (settled(said.pose) * model.gain).std(0, correction=0)
    free = (model.gain > 1) & (model.gain < LARGEST_GAIN)
    assert int(free.sum()) >= 3
    assert torch.allclose(spread[free], torch.ones(6)[free], atol=1e-2)
    again = PublishedModel(channels=4)
    again.load_weights(model.weights(), "here")
    assert torch.equal(again.gain, model.gain)


@pytest.mark.parametrize("basis", ["landmark-mesh-64", "ict-57"])
def test_once_trained_it_conforms(basis: str) -> None:
    """What the kit cannot try without weights."""
    (contract,) = (
        part
        for plugin in find_installed().usable()
        for part in plugin.parts
        if part.name == "lstm-pose"
    )
    chosen = {"network": "published", "basis": basis, "channels": 4, "weights": "none"}
    heard = {"features": ["mfcc"], "layers": "any", "width": 12, "rows": 28, "fps": 25.0}
    defaults = {name: setting.default for name, setting in contract.settings.items()}
    model = LstmPose(**chosen, **heard)  # type: ignore[arg-type]  # as a recipe's, checked by it
    plan = SamplePlan(frames=60, basis=basis, expression=int(basis[-2:]))
    example = Example(sample_subject(plan), sample_features("mfcc", (60, 28, 12), 25.0))
    learn(model.stage("general", Material(Dataset([example])), Plan(steps=3, batch=2)), seed=0)
    check_part("attribute_model", model, contract, {**defaults, **chosen, **heard})
