"""What holds for parts of every kind: the class, the weights, the report."""

from collections.abc import Mapping

import pytest
import torch
from torch import Tensor

from visemix.core.contracts import KINDS, Contract
from visemix.core.errors import CheckpointError
from visemix.core.interfaces import Metric
from visemix.core.judging.case import Case, Observation
from visemix.core.testing.contracts import KITS, check_part, find_faults
from visemix.core.testing.expectations import Nonconforming, difference
from visemix.core.testing.samples import sample_subject
from visemix.core.timeline import cut
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan, Stage, Trainable

TRAINED = Contract("x", "metric", stages=("general",))


class Zero(Metric):
    def observe(self, case: Case) -> Observation:
        return Observation.of(0.0)


class Learning(Zero, Trainable):
    def __init__(self) -> None:
        self.kept = {"a": torch.ones(2), "b": torch.ones(3)}

    def stage(self, name: str, material: Material, plan: Plan) -> Stage:
        raise KeyError(name)

    def weights(self) -> dict[str, Tensor]:
        return self.kept

    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        if weights.keys() != self.kept.keys():
            raise CheckpointError("other weights")
        self.kept = dict(weights)


class Careless(Learning):
    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        self.kept |= weights


class Stubborn(Learning):
    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        super().load_weights({name: torch.zeros_like(value) for name, value in weights.items()})


def test_every_kind_has_a_kit() -> None:
    assert tuple(KITS) == KINDS
    assert all(kit.checks for kit in KITS.values())


def test_every_check_says_what_it_looks_at() -> None:
    checks = {check for kit in KITS.values() for check in kit.checks}
    assert len(checks) > 20
    assert all(check.__doc__ for check in checks)


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        (Careless(), "a missing weight must raise CheckpointError"),
        (Stubborn(), "the weight 'a' does not come back"),
        (Zero(), "the manifest has the stages ['general'], the class no training"),
    ],
)
def test_weights(part: Metric, fault: str) -> None:
    assert find_faults("metric", Learning(), TRAINED) == []
    assert find_faults("metric", part, TRAINED) == [f"trainable: {fault}"]


class Untrained(Learning):
    def observe(self, case: Case) -> Observation:
        raise CheckpointError("it has not learned yet")


def test_what_has_to_be_trained_first_is_not_tried() -> None:
    with pytest.raises(CheckpointError, match="it has not learned yet"):
        find_faults("metric", Untrained(), TRAINED)


def test_another_class_or_kind_is_told() -> None:
    renderer = Contract("x", "renderer")
    assert find_faults("renderer", Zero(), renderer) == ["Zero is no subclass of Renderer"]
    assert find_faults("metric", Zero(), renderer) == ["its manifest calls it a renderer"]


def test_check_part_lists_everything() -> None:
    check_part("metric", Zero(), Contract("zero", "metric"))
    with pytest.raises(Nonconforming, match=r"metric 'x' does not conform:\n- trainable: "):
        check_part("metric", Zero(), TRAINED)


def test_difference_names_the_field() -> None:
    subject = sample_subject()
    one, other = cut(subject.fit.attributes, 0, 5), cut(subject.fit.attributes, 5, 10)
    assert difference(one, one) == ""
    assert difference(one, cut(subject.fit.attributes, 0, 5)) == ""
    assert difference(one, other) == "expression"
    assert difference({"a": one}, {"b": one}) == "its names"
    assert difference(subject.track, subject.fit) == "its value"
