"""Every metric on the controls of a comparison: orders, reasons, speed."""

import math
from collections.abc import Mapping

import attrs
import pytest
import torch

from visemix.core.contracts import Contract
from visemix.core.interfaces import Metric
from visemix.core.judging.case import Case
from visemix.core.judging.scores import GROUND_TRUTH, score
from visemix.core.testing.control_cases import rearranged
from visemix.core.testing.samples import SamplePlan, sample_attributes
from visemix.core.testing.takes import landmarks_of, take_with
from visemix.registry.conformance import check_plugin, variants
from visemix.registry.installed import find_installed
from visemix.registry.metric_entries import metrics_of
from visemix.registry.metrics import MetricBuilder

INSTALLED = find_installed()
FRAMES = 200
NOISE_PX = 0.02
PARTS = [
    part for manifest in INSTALLED.usable() if manifest.name == "motion-metrics"
    for part in manifest.parts
]  # fmt: skip


@pytest.fixture(scope="module")
def controls() -> Mapping[str, Case]:
    """Eight seconds of the sample person; noise stands for the encoder."""
    random = torch.Generator().manual_seed(4)
    points = landmarks_of(sample_attributes(SamplePlan(frames=FRAMES)))
    real = take_with(points)
    anywhere = torch.randint(FRAMES, (FRAMES,), generator=random).tolist()
    later = [(k + FRAMES // 2 + 7) % FRAMES for k in range(FRAMES)]
    noisy = take_with(points + NOISE_PX * torch.randn(points.shape, generator=random))
    made = {
        GROUND_TRUTH: real,
        "re-encoded": noisy,
        "still": rearranged(noisy, [0] * FRAMES),
        "nearest-frame": rearranged(noisy, anywhere),
        "shuffled": rearranged(noisy, later),
    }
    return {name: Case(take, real, real) for name, take in made.items()}


def built(part: Contract) -> Metric:
    (chosen,) = metrics_of([part.name], INSTALLED)
    return MetricBuilder(INSTALLED).build(chosen)


ONE_CLIP = [part for part in PARTS if not part.name.startswith("personalisation")]
"""The others need two people: test_personalisation.py."""


@pytest.mark.parametrize("part", ONE_CLIP, ids=lambda part: part.name)
def test_controls_come_out_as_promised(part: Contract, controls: Mapping[str, Case]) -> None:
    metric, measure = built(part), part.measure
    assert measure is not None and measure.controls
    value = {name: metric.conclude([metric.observe(case)]) for name, case in controls.items()}
    truth = value[GROUND_TRUTH]
    for order in measure.controls:
        left, right = (score(measure.better, value[name], truth) for name in order.split(" > "))
        assert left > right or math.isnan(right), f"{part.name}: not {order}, {value}"


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_without_a_face_there_is_a_reason(part: Contract, controls: Mapping[str, Case]) -> None:
    case = controls[GROUND_TRUTH]
    blind = attrs.evolve(case, made=attrs.evolve(case.made, track=None))
    metric = built(part)
    observation = metric.observe(blind)
    assert observation.note == "no face in the made video"
    assert math.isnan(metric.conclude([observation]))


def test_every_metric_conforms_with_every_choice() -> None:
    tried = check_plugin("motion-metrics", installed=INSTALLED)
    assert len(tried) == sum(len(list(variants(part))) for part in PARTS) > len(PARTS) == 11
    assert not [f"{one.title}: {fault}" for one in tried for fault in one.faults]
    assert not [one.title for one in tried if one.skipped]
