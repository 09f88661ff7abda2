"""Calls functions of tests in new processes."""

import runpy
from collections.abc import Callable
from inspect import getfile
from multiprocessing import get_context

import torch

from visemix.core.testing.expectations import expect

WANTED = "visemix.core.testing.processes"
"""What most processes need."""


def in_processes(function: Callable[..., None], *arguments: object, processes: int = 2) -> None:
    """Call ``function(rank, *arguments)`` in new processes.

    Args:
        function: of a module, a test's too: the processes read its file and find it by its name.
        arguments: can be pickled.
        processes: how many.

    Raises:
        Nonconforming: one of them failed.
    """
    context = get_context("forkserver")  # imports once for all processes of all tests
    context.set_forkserver_preload([WANTED])
    target = (getfile(function), function.__name__)
    workers = [
        context.Process(target=_call, args=(*target, rank, *arguments)) for rank in range(processes)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    codes = [worker.exitcode for worker in workers]
    expect(not any(codes), f"the processes ended with {codes}")


def _call(file: str, name: str, *arguments: object) -> None:
    torch.set_num_threads(1)
    runpy.run_path(file)[name](*arguments)
