"""Every cost against one run whose times are round numbers."""

import math

import attrs
import pytest

from visemix.core.interfaces import Metric
from visemix.core.judging.case import Case, Observation
from visemix.core.judging.cost import Cost
from visemix.core.testing.control_cases import sample_controls
from visemix.plugins.cost_metrics.speed import SteadyRate
from visemix.plugins.cost_metrics.time import MedianFrame, SlowFrame, StageTime
from visemix.registry.conformance import check_plugin
from visemix.registry.installed import Installed, find_installed
from visemix.registry.metric_entries import metrics_of
from visemix.registry.metrics import MetricBuilder

RUN = Cost(
    frames=100,
    cold_s=50.0,
    prepare_s=20.0,
    personalise_s=10.0,
    generate_s=5.0,
    first_frame_s=1.5,
    frame_s=(0.75, 0.75, 0.03, 0.01, 0.02, 0.03, 0.01),
    drift_s=-0.012,
    cpu_bytes=3 * 2**20,
    gpu_bytes=5 * 2**19,
    checkpoint_bytes=7 * 2**20,
    parameters=1_500_000,
    stages={"refiner": 4.0, "renderer": 0.5},
)
VALUES = {
    "fps-cold": 2.0,
    "fps-warm": 20.0,
    "fps-steady": 50.0,
    "first-frame": 1500.0,
    "frame-p50": 20.0,
    "frame-p95": 30.0,
    "prepare-time": 20.0,
    "personalise-time": 10.0,
    "stage-time": 40.0,
    "drift": 12.0,
    "peak-cpu": 3.0,
    "peak-gpu": 2.5,
    "checkpoint-size": 7.0,
    "parameters": 1.5,
}


@pytest.fixture(scope="module")
def case() -> Case:
    return sample_controls()["ground-truth"]


@pytest.fixture(scope="module")
def installed() -> Installed:
    return find_installed()


def seen(metric: Metric, case: Case, cost: Cost | None) -> Observation:
    return metric.observe(attrs.evolve(case, cost=cost))


def test_every_cost_is_tried(installed: Installed) -> None:
    names = {p.name for p in installed.parts("metric") if p.plugin == "cost-metrics"}
    assert names == set(VALUES)


@pytest.mark.parametrize("name", VALUES)
def test_value(name: str, case: Case, installed: Installed) -> None:
    (chosen,) = metrics_of([name], installed)
    metric = MetricBuilder(installed).build(chosen)
    observation = seen(metric, case, RUN)
    assert float(observation.values["value"]) == pytest.approx(VALUES[name], rel=1e-5)
    assert metric.conclude([observation]) == pytest.approx(VALUES[name], rel=1e-5)
    none = seen(metric, case, None)
    assert none.note == "nothing was measured: it was not made by a system"
    assert math.isnan(metric.conclude([none]))
    assert metric.conclude([observation, none]) == pytest.approx(VALUES[name], rel=1e-5)


def test_steady_speed_of_blocks(case: Case) -> None:
    """The first 50 frames take 4 s with all that happens once, the next 30 take 2 s."""
    blocks = attrs.evolve(RUN, first_frame_s=4.0, frame_s=(4 / 50,) * 50 + (2 / 30,) * 30)
    assert float(seen(SteadyRate(), case, blocks).values["value"]) == pytest.approx(15)


def test_frames_one_by_one(case: Case) -> None:
    single = attrs.evolve(RUN, first_frame_s=0.5, frame_s=(0.5, 0.04, 0.04, 0.04))
    assert float(seen(SteadyRate(), case, single).values["value"]) == pytest.approx(25)
    assert float(seen(SlowFrame(), case, single).values["value"]) == pytest.approx(40)


@pytest.mark.parametrize("times", [(), (0.5, 0.5, 0.5)])
@pytest.mark.parametrize("metric", [SteadyRate(), MedianFrame()])
def test_frames_that_come_together(case: Case, metric: Metric, times: tuple[float, ...]) -> None:
    observation = seen(metric, case, attrs.evolve(RUN, first_frame_s=1.5, frame_s=times))
    assert math.isnan(float(observation.values["value"]))
    assert observation.note == "all frames were finished together"
    assert math.isnan(metric.conclude([observation]))


def test_frame_times_of_videos_are_put_together(case: Case) -> None:
    """Nine frames of 10 ms and one of 110: at .95 lies 10 + .55 x 100 between the last two."""
    first = seen(SlowFrame(), case, attrs.evolve(RUN, frame_s=(1.5, *(0.01,) * 9)))
    second = seen(SlowFrame(), case, attrs.evolve(RUN, frame_s=(1.5, 0.11)))
    assert SlowFrame().conclude([first, second]) == pytest.approx(10 + 0.55 * 100)
    assert MedianFrame().conclude([first, second]) == pytest.approx(10)


def test_a_stage_that_was_not_timed(case: Case) -> None:
    observation = seen(StageTime(stage="matcher"), case, RUN)
    assert math.isnan(float(observation.values["value"]))
    assert observation.note == "the time of matcher was not taken (taken: refiner, renderer)"
    assert float(seen(StageTime(stage="renderer"), case, RUN).values["value"]) == pytest.approx(5)


def test_every_metric_conforms(installed: Installed) -> None:
    tried = check_plugin("cost-metrics", installed=installed)
    assert len(tried) >= len(VALUES)
    assert not [f"{one.title}: {fault}" for one in tried for fault in one.faults]
    assert not [one.title for one in tried if one.skipped]
