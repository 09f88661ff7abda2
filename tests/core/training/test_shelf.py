"""Pictures lie on the GPU where they fit."""

import pytest
import torch

from visemix.core.testing.sample_material import sample_material
from visemix.core.testing.samples import SamplePlan
from visemix.core.training.frame_batches import Cut, FrameBatches
from visemix.core.training.render_bank import RenderBank, render_bank
from visemix.core.training.shelf import Shelf, size
from visemix.core.training.stage import Shard


@pytest.fixture(scope="module")
def bank() -> RenderBank:
    material = sample_material(SamplePlan(frames=4), ("eye_attention",))
    return render_bank(material.examples[0], material.need_parts(), ["eye_attention"])


def test_the_size_is_that_of_all_pictures(bank: RenderBank) -> None:
    assert size(bank) == 4 * (3 + 3 + 1 + 1) * 128 * 128


def test_on_the_cpu_nothing_is_moved(bank: RenderBank) -> None:
    assert Shelf([bank]).on(torch.device("cpu"))[0] is bank


def test_a_full_gpu_gets_nothing(bank: RenderBank, monkeypatch: pytest.MonkeyPatch) -> None:
    free = [4 * size(bank) - 4, 4 * size(bank)]
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (free[0], free[1]))
    assert Shelf([bank]).on(torch.device("cuda", 0))[0] is bank


def test_a_gpu_with_room_gets_the_pictures_once(
    bank: RenderBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (4 * size(bank), 0))
    asked: list[torch.device] = []

    def moved(bank: RenderBank, device: torch.device) -> RenderBank:
        asked.append(device)
        return bank

    monkeypatch.setattr(RenderBank, "to", moved)
    shelf = Shelf([bank])
    assert shelf.on(torch.device("cuda", 0)) is shelf.on(torch.device("cuda", 0))
    assert asked == [torch.device("cuda", 0)]


def test_what_is_picked_is_the_batch(bank: RenderBank) -> None:
    batches = FrameBatches([bank], Cut((-1, 0), flip=True, real_window=False), 4, seed=2)
    picked = batches.picked(3, Shard(1, 2)).to("cpu")
    batch = batches.batch(3, Shard(1, 2))
    assert torch.equal(picked.window_rgb, batch.window_rgb)
    assert picked.frame.tolist() == batch.frame.tolist()
    assert batch.window_real.shape == (2, 1, 0, 3, 128, 128)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_gpu_gives_the_same_batches(bank: RenderBank) -> None:
    batches = FrameBatches([bank], Cut((-1, 0), flip=True), 4, seed=2)
    here, there = (batches.picked(1, Shard()).to(place) for place in ("cpu", "cuda"))
    assert there.window_maps["eye_attention"].is_cuda
    assert torch.equal(here.window_rgb, there.window_rgb.cpu())
    assert torch.equal(here.real, there.real.cpu())
