"""Trains a stage in several processes, as ``visemix train --devices 2`` does, for tests."""

import os
import runpy
import socket
from collections.abc import Callable
from inspect import getfile
from multiprocessing import get_context
from pathlib import Path

import attrs
import torch
from lightning.fabric import Fabric

from visemix.core.testing.expectations import expect
from visemix.core.training.loop import Run, train_stage
from visemix.core.training.stage import Plan, Stage

MakeStage = Callable[[], Stage]
"""Has to be a function of a module: the processes read its file and find it by its name."""


def train_in_processes(make: MakeStage, folder: Path, processes: int = 2) -> None:
    """Train the stage that ``make`` makes, every process with its share of each batch.

    Args:
        make: called once in every process.
        folder: of the run; ``read_losses(folder)`` tells how it went.
        processes: how many, on the CPU (gloo).

    Raises:
        Nonconforming: one of them failed.
    """
    with socket.socket() as found:
        found.bind(("localhost", 0))
        port = found.getsockname()[1]
    context = get_context("spawn")
    workers = [
        context.Process(
            target=_work, args=(getfile(make), make.__name__, folder, Place(rank, processes, port))
        )
        for rank in range(processes)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    codes = [worker.exitcode for worker in workers]
    expect(not any(codes), f"the processes ended with {codes}")


def train_alone(make: MakeStage, folder: Path) -> None:
    """The same in this process."""
    train_stage(make(), Run(folder, Fabric(accelerator="cpu", devices=1), Plan()))


def _work(file: str, name: str, folder: Path, place: "Place") -> None:
    torch.set_num_threads(1)
    os.environ.update(place.environment())
    make: MakeStage = runpy.run_path(file)[name]
    fabric = Fabric(accelerator="cpu", devices=place.processes, strategy="ddp")
    fabric.launch()
    train_stage(make(), Run(folder, fabric, Plan()))
    torch.distributed.destroy_process_group()


@attrs.frozen
class Place:
    """One process among several.

    Attributes:
        rank: its number.
        processes: how many there are.
        port: where they meet.
    """

    rank: int
    processes: int
    port: int

    def environment(self) -> dict[str, str]:
        """Variables as torchrun sets them."""
        return {
            "RANK": str(self.rank),
            "LOCAL_RANK": str(self.rank),
            "WORLD_SIZE": str(self.processes),
            "LOCAL_WORLD_SIZE": str(self.processes),
            "MASTER_ADDR": "localhost",
            "MASTER_PORT": str(self.port),
            "TORCHELASTIC_RUN_ID": "visemix",
        }
