"""A few steps of a training stage, here and now, on a copy: learning one person."""

import torch
from torch import nn

from visemix.core.training.stage import Shard, Stage, Turn, total


def learn_here(stage: Stage, seed: int) -> None:
    """All steps of a stage: no files, one process, the caller's random numbers kept.

    Args:
        stage: what is learned; its ``finish`` is called.
        seed: of whatever the networks leave to chance.
    """
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        for step in range(stage.steps):
            torch.manual_seed(seed * 1_000_003 + step)
            batch = stage.batch(step, Shard())
            for turn in stage.turns:
                book = turn.losses(stage.modules, batch)
                _step(turn, total(book), step)
    stage.finish()


def _step(turn: Turn, loss: torch.Tensor, step: int) -> None:
    groups = turn.optimizer.param_groups
    for group in groups:
        first = group.setdefault("first_lr", group["lr"])
        group["lr"] = first * (turn.rate(step) if turn.rate else 1.0)
    turn.optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]  # torch leaves backward untyped
    if turn.clip > 0:
        nn.utils.clip_grad_norm_([p for group in groups for p in group["params"]], turn.clip)
    turn.optimizer.step()
