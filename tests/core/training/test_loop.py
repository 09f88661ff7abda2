"""The loop on a toy GAN: resume is exact, ablation is a weight, bad checkpoints are refused."""

from pathlib import Path

import cv2
import pytest
import torch
from lightning.fabric import Fabric
from safetensors.torch import save_file
from torch import Tensor, nn

from visemix.core.errors import CheckpointError, TrainingError
from visemix.core.interfaces import Judgement, Sample
from visemix.core.training.batches import read_speed
from visemix.core.training.checkpoint import load_step, read_tensors, steps_in
from visemix.core.training.fast import fast, values_stay_outside
from visemix.core.training.log import read_losses
from visemix.core.training.loop import Run, train_stage
from visemix.core.training.stage import Batch, Loss, LossBook, Modules, Plan, Shard, Stage, Turn


class ToyGan(Stage):
    """A generator with dropout and a critic, so that random numbers and two turns matter."""

    name = "toy"

    def __init__(self, steps: int, gan: float = 0.1) -> None:
        torch.manual_seed(0)
        self.steps = steps
        self._gan = gan
        self._made = nn.Sequential(nn.Linear(2, 8), nn.Dropout(0.5), nn.Linear(8, 1))
        self._critic = nn.Linear(1, 1)
        self.modules = {"made": self._made, "critic": self._critic}
        self.turns = [
            Turn("critic", torch.optim.Adam(self._critic.parameters(), 1e-2), self._judge),
            Turn(
                "made",
                torch.optim.Adam(self._made.parameters(), 1e-2),
                self._make,
                rate=lambda step: 0.9**step,
                clip=1.0,
            ),
        ]

    def batch(self, step: int, shard: Shard) -> Batch:
        generator = torch.Generator().manual_seed(step)
        return torch.randn(8, 2, generator=generator)[shard.rank :: shard.world]

    def _judge(self, modules: Modules, batch: Batch) -> LossBook:
        real, fake = modules["critic"](batch[:, :1]), modules["critic"](modules["made"](batch))
        return {"real": Loss((real - 1).square().mean()), "fake": Loss(fake.square().mean())}

    def _make(self, modules: Modules, batch: Batch) -> LossBook:
        made = modules["made"](batch)
        return {
            "l2": Loss((made - batch[:, :1]).square().mean()),
            "gan": Loss((modules["critic"](made) - 1).square().mean(), self._gan),
        }


class Patient(ToyGan):
    """Ends early, as its own memory says."""

    def __init__(self, enough: int) -> None:
        super().__init__(20)
        self._enough, self._memory = enough, nn.Module()
        self._memory.register_buffer("seen", torch.zeros(()))
        self.modules = {**self.modules, "memory": self._memory}
        self.finished = 0

    def review(self, done: int) -> bool:
        seen = self._memory.get_buffer("seen")
        seen.fill_(max(float(seen), done))
        return float(seen) >= self._enough

    def finish(self) -> None:
        self.finished += 1


def run(folder: Path, save_every: int = 4) -> Run:
    fabric = Fabric(accelerator="cpu", devices=1)
    return Run(folder, fabric, Plan(seed=3), save_every=save_every)


def test_a_killed_run_goes_on_with_the_same_losses(tmp_path: Path) -> None:
    train_stage(ToyGan(20), run(tmp_path / "whole"))
    train_stage(ToyGan(11), run(tmp_path / "killed"))  # its last checkpoint but one is step 8
    for late in (tmp_path / "killed").glob("step-*11"):
        late.rename(tmp_path / "lost")
    train_stage(ToyGan(20), run(tmp_path / "killed"))
    assert read_losses(tmp_path / "killed") == read_losses(tmp_path / "whole")
    assert len(read_losses(tmp_path / "whole")) == 20 * 6


def test_a_stage_may_end_early_and_stays_ended(tmp_path: Path) -> None:
    stage = Patient(7)
    train_stage(stage, run(tmp_path))
    assert steps_in(tmp_path) == [4, 7]
    assert stage.finished == 1
    whole = read_losses(tmp_path)
    assert len(whole) == 7 * 6
    again = Patient(7)  # killed after its last checkpoint, before its weights were kept
    train_stage(again, run(tmp_path))
    assert again.finished == 1
    assert read_losses(tmp_path) == whole


def test_two_checkpoints_are_kept(tmp_path: Path) -> None:
    train_stage(ToyGan(20), run(tmp_path))
    assert steps_in(tmp_path) == [16, 20]


def test_a_weight_of_zero_switches_a_term_off(tmp_path: Path) -> None:
    train_stage(ToyGan(3, gan=0.0), run(tmp_path))
    rows = {(r["step"], r["turn"], r["term"]): r["value"] for r in read_losses(tmp_path)}
    assert rows["2", "made", "l2"] == rows["2", "made", "total"]


def test_an_exploding_loss_stops_with_advice(tmp_path: Path) -> None:
    stage = ToyGan(6)
    for weight in stage.modules["critic"].parameters():
        weight.data.fill_(float("inf"))
    with pytest.raises(TrainingError, match=r"became (inf|nan) at step 0.*Lower the learning rate"):
        train_stage(stage, run(tmp_path))


def test_a_checkpoint_of_other_networks_is_refused(tmp_path: Path) -> None:
    train_stage(ToyGan(4), run(tmp_path))
    other = ToyGan(8)
    other.modules = {**other.modules, "critic": nn.Linear(3, 1)}
    with pytest.raises(CheckpointError, match="do not fit this recipe's network"):
        load_step(tmp_path, other, 4)


def test_a_pickle_is_never_loaded(tmp_path: Path) -> None:
    path = tmp_path / "modules.safetensors"
    torch.save({"weight": torch.zeros(3)}, path)
    with pytest.raises(CheckpointError, match=r"not a readable safetensors file.*pickles"):
        read_tensors(path)


def test_networks_with_convolutions_in_time_are_made_fast_too() -> None:
    network = nn.Sequential(nn.Conv3d(3, 4, 3), nn.Flatten(1, 2), nn.Conv2d(4, 4, 3))
    fast(network, compiled=False)
    flat = network[2].weight
    assert isinstance(flat, Tensor) and flat.is_contiguous(memory_format=torch.channels_last)


def test_a_truncated_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "modules.safetensors"
    save_file({"weight": torch.zeros(300)}, path)
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(CheckpointError):
        read_tensors(path)


class Pictured(ToyGan):
    """Shows a picture with every checkpoint."""

    def picture(self) -> Tensor | None:
        return torch.full((3, 4, 6), 200, dtype=torch.uint8)


def test_pictures_come_with_the_checkpoints(tmp_path: Path) -> None:
    train_stage(Pictured(8), run(tmp_path))
    found = sorted(path.name for path in (tmp_path / "samples").iterdir())
    assert found == ["step-000000004.png", "step-000000008.png"]
    picture = cv2.imread(str(tmp_path / "samples" / found[0]))
    assert picture is not None and picture.shape == (4, 6, 3)


def test_the_speed_is_written(tmp_path: Path) -> None:
    train_stage(ToyGan(8), run(tmp_path))
    speed = read_speed(tmp_path)
    assert speed.steps == 8
    assert 0 < speed.busy <= 1


def test_networks_are_made_fast_in_place() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Linear(4, 4))
    before = list(network.parameters())
    fast(network, compiled=False)
    assert all(a is b for a, b in zip(before, network.parameters(), strict=True))
    made = network[0](torch.zeros(1, 3, 8, 8))
    assert made.is_contiguous(memory_format=torch.channels_last)


class Judging(nn.Module):
    """As a critic: takes a Sample, gives a Judgement."""

    def forward(self, sample: Sample) -> Judgement:
        assert sample.attributes is not None
        return Judgement([sample.attributes * 2])


def test_critics_can_be_compiled() -> None:
    values_stay_outside()
    network = Judging()
    network.compile(backend="eager")
    assert network(Sample(attributes=torch.ones(1, 2, 3))).scores[0].tolist() == [[[2] * 3] * 2]
