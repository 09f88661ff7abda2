"""Two processes with half a batch normalise as one with all of it does."""

import copy
from pathlib import Path

import pytest
import torch
from torch import Tensor, distributed, nn

from visemix.core.testing.spawning import in_processes
from visemix.core.training.batch_norm import SharedBatchNorm, share_batch_norm


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 2, 1))


def pictures() -> Tensor:
    return torch.randn(4, 3, 6, 6, generator=torch.Generator().manual_seed(1))


def learn(made: nn.Sequential, seen: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Output, gradient of the first layer (mean over processes) and running variance."""
    output = made(seen)
    output.square().mean().backward()
    gradient, variance = made[0].weight.grad, made[1].running_var
    assert isinstance(gradient, Tensor) and isinstance(variance, Tensor)
    if distributed.is_initialized():
        distributed.all_reduce(gradient)
        gradient /= distributed.get_world_size()
    return output.detach(), gradient, variance


def _process(rank: int, folder: str) -> None:
    place = f"file://{folder}/meet"
    distributed.init_process_group("gloo", init_method=place, rank=rank, world_size=2)
    made = network()
    share_batch_norm(made)
    result = learn(made, pictures()[rank::2])
    torch.save(result, f"{folder}/{rank}.pt")
    distributed.destroy_process_group()


def test_two_processes_agree_with_one(tmp_path: Path) -> None:
    in_processes(_process, str(tmp_path))
    output, gradient, variance = learn(network(), pictures())
    for rank in (0, 1):
        got = torch.load(tmp_path / f"{rank}.pt", weights_only=True)
        torch.testing.assert_close(got[0], output[rank::2], atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(got[1], gradient, atol=1e-6, rtol=1e-4)
        torch.testing.assert_close(got[2], variance, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("training", [True, False])
def test_alone_it_is_the_layer_it_replaces(training: bool) -> None:
    made, other = network().train(training), network().train(training)
    share_batch_norm(other)
    assert isinstance(other[1], SharedBatchNorm)
    torch.testing.assert_close(other(pictures()), made(pictures()), atol=1e-5, rtol=1e-5)
    state, wanted = other.state_dict(), made.state_dict()
    assert state.keys() == wanted.keys()
    for name, value in wanted.items():
        torch.testing.assert_close(state[name], value)


def test_weights_are_taken_over_not_copied() -> None:
    made = network()
    before = list(made.parameters())
    share_batch_norm(made)
    assert all(a is b for a, b in zip(before, made.parameters(), strict=True))
    assert copy.deepcopy(made)(pictures()).shape == (4, 2, 4, 4)
