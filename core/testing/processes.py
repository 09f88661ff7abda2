"""Trains a stage in several processes, as ``visemix train --devices 2`` does, for tests."""

import os
import runpy
import socket
from collections.abc import Callable
from inspect import getfile
from pathlib import Path

import attrs
import torch
from lightning.fabric import Fabric

from visemix.core.testing.spawning import in_processes
from visemix.core.training.loop import Run, train_stage
from visemix.core.training.stage import Plan, Stage

MakeStage = Callable[[], Stage]


def train_in_processes(make: MakeStage, folder: Path, processes: int = 2) -> None:
    """Train the stage that ``make`` makes, every process with its share of each batch.

    Args:
        make: a function of a module, called once in every process.
        folder: of the run; ``read_losses(folder)`` tells how it went.
        processes: how many, on the CPU (gloo).

    Raises:
        Nonconforming: one of them failed.
    """
    with socket.socket() as found:
        found.bind(("localhost", 0))
        meeting = Meeting(processes, found.getsockname()[1])
    made = (getfile(make), make.__name__)
    in_processes(_train, *made, folder, meeting, processes=processes)


def train_alone(make: MakeStage, folder: Path) -> None:
    """The same in this process."""
    train_stage(make(), Run(folder, Fabric(accelerator="cpu", devices=1), Plan()))


def _train(rank: int, file: str, name: str, folder: Path, meeting: "Meeting") -> None:
    os.environ.update(meeting.environment(rank))
    make: MakeStage = runpy.run_path(file)[name]
    fabric = Fabric(accelerator="cpu", devices=meeting.processes, strategy="ddp")
    fabric.launch()
    train_stage(make(), Run(folder, fabric, Plan()))
    torch.distributed.destroy_process_group()


@attrs.frozen
class Meeting:
    """Processes that learn together.

    Attributes:
        processes: how many there are.
        port: where they meet.
    """

    processes: int
    port: int

    def environment(self, rank: int) -> dict[str, str]:
        """Variables of process ``rank``, as torchrun sets them."""
        return {
            "RANK": str(rank),
            "LOCAL_RANK": str(rank),
            "WORLD_SIZE": str(self.processes),
            "LOCAL_WORLD_SIZE": str(self.processes),
            "MASTER_ADDR": "localhost",
            "MASTER_PORT": str(self.port),
            "TORCHELASTIC_RUN_ID": "visemix",
        }
