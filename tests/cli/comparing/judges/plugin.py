"""Metrics that cost nothing, and a refiner that does harm; installed for the tests alone."""

import math
import os
import time
from collections.abc import Sequence

import numpy as np
import torch

from visemix.core.errors import CheckpointError
from visemix.core.hooks import hookimpl
from visemix.core.interfaces import Metric, Refiner
from visemix.core.judging.case import Case, Observation, Take
from visemix.core.values.frames import Frames
from visemix.core.values.rendering import Shot
from visemix.core.values.subject import Subject
from visemix.core.windows import Step, Window


def brightness(take: Take) -> float:
    return float(np.mean([picture.mean() for picture in take.pictures()]))


class Harmful(Refiner):
    window = Window(block=4)

    def __init__(self, *, how: str) -> None:
        self._how = how

    def begin(self, subject: Subject) -> object:
        return subject

    def refine(self, shot: Shot, state: object) -> Step[Frames]:
        if self._how == "exit":
            os._exit(7)
        return Step(Frames(torch.full((4, 3, 128, 192), math.nan), shot.rendering.fps), state)


class Difference(Metric):
    def __init__(self, *, times: float, wait: float) -> None:
        self._times, self._wait = times, wait

    def observe(self, case: Case) -> Observation:
        time.sleep(self._wait)
        pairs = zip(case.made.pictures(), case.real.pictures(), strict=True)
        gaps = [np.abs(a.astype(float) - b).mean() for a, b in pairs]
        return Observation.of(self._times * float(np.mean(gaps)))


class Spread(Metric):
    pooled = True

    def observe(self, case: Case) -> Observation:
        return Observation.of(brightness(case.made))

    def conclude(self, observations: Sequence[Observation]) -> float:
        return float(torch.stack([o.values["value"] for o in observations]).std(correction=0))


class Seconds(Metric):
    def observe(self, case: Case) -> Observation:
        if case.cost is None:
            return Observation.of(math.nan, "nothing was timed")
        return Observation.of(case.cost.generate_s / case.cost.frames)


class Careless(Metric):
    def observe(self, case: Case) -> Observation:
        if case.made.person == "bob":
            raise ZeroDivisionError("oops")
        return Observation.of(len(case.said))


class Unarmed(Metric):
    def __init__(self) -> None:
        raise CheckpointError("it has no weights", do="give weights: FILE")

    def observe(self, case: Case) -> Observation:
        raise AssertionError


@hookimpl
def visemix_refiners() -> dict[str, type[Refiner]]:
    return {"harmful": Harmful}


@hookimpl
def visemix_metrics() -> dict[str, type[Metric]]:
    return {
        "difference": Difference,
        "spread": Spread,
        "seconds": Seconds,
        "careless": Careless,
        "unarmed": Unarmed,
    }
