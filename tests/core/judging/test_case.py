"""Takes and cases."""

import torch

from visemix.core.judging.case import Case, Observation
from visemix.core.testing.takes import take_with


def test_takes_of_a_case_may_differ_in_length() -> None:
    made, real, photo = (take_with(torch.zeros(frames, 478, 3)) for frames in (4, 6, 1))
    case = Case(made, real, photo)
    assert case.made.track is not None and len(case.made.track.found) == 4


def test_an_observation_of_one_figure() -> None:
    seen = Observation.of(2.5, "why")
    assert (seen.values["value"].shape, float(seen.values["value"]), seen.note) == ((), 2.5, "why")
