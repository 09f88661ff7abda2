"""Metrics of a protocol: read strictly, built, defined; unknown names and settings are told."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs
import pytest

from visemix.core.contracts import Contract
from visemix.core.errors import PluginError, RecipeError, UnknownPart, VisemixError
from visemix.registry.installed import Installed, find_installed
from visemix.registry.metric_entries import ChosenMetric, choose_metrics, metrics_of
from visemix.registry.metrics import MetricBuilder
from visemix.registry.node import Plain
from visemix.registry.strict import StrictReader
from visemix.registry.yaml_text import read_yaml

PUBLISHED = "0" * 64
MANIFEST = f"""
visemix_plugin: 1
name: judge
version: 1.0.0
requires: ">=0.1,<0.2"
summary: Metrics of a stranger.
license: {{code: MIT, weights: none}}
parts:
  - name: smile
    kind: metric
    summary: How much is smiled.
    measure: {{unit: px, better: larger, group: lips, source: Nobody 1999, version: 3,
               controls: [re-encoded > still], weights: {{weights: "{PUBLISHED}"}}}}
    settings:
      reduce: {{type: str, default: mean, choices: [mean, sum], help: How.}}
      level: {{type: float, default: 0.5, low: 0.0, high: 1.0, help: From where.}}
      both: {{type: bool, default: true, help: Both corners.}}
      points: {{type: list, default: [1, 2], help: Which.}}
      weights: {{type: path, default: "", help: A file.}}
  - name: calm
    kind: metric
    summary: Of all clips.
    measure: {{unit: "1", better: nearer, group: motion, source: Nobody 1999, version: 1}}
  - {{name: mute, kind: metric, summary: Says nothing of its number.}}
  - name: far
    kind: metric
    summary: Needs something.
    modules: [no_such_module]
    measure: {{unit: "1", better: nearer, group: motion, source: Nobody 1999, version: 1}}
"""
CODE = """
from visemix.core.errors import CheckpointError
from visemix.core.hooks import hookimpl
from visemix.core.interfaces import Metric
from visemix.core.judging.case import Observation

class Smile(Metric):
    def __init__(self, *, reduce="", level=0.0, both=False, points=(), weights=""):
        self.said = (reduce, level, both, points, weights)
        if reduce == "sum" and not weights:
            raise CheckpointError("it needs weights", do="give weights: FILE")

    def observe(self, case):
        return Observation.of(0)

class Calm(Smile):
    pooled = True

@hookimpl
def visemix_metrics():
    return {"smile": Smile, "calm": Calm, "mute": Smile, "far": Smile}
"""


@pytest.fixture
def installed(install: Callable[..., Path]) -> Installed:
    install("judge", {"__init__.py": CODE, "manifest.yaml": MANIFEST})
    return find_installed()


def one(installed: Installed, entry: Plain, folder: Path = Path()) -> ChosenMetric:
    (chosen,) = metrics_of([entry], installed, folder)
    return chosen


def test_a_name_has_its_defaults(installed: Installed) -> None:
    chosen = one(installed, "smile")
    assert chosen.label == "smile"
    definition = MetricBuilder(installed).definition(chosen)
    assert attrs.asdict(definition) == {
        "label": "smile",
        "part": "smile",
        "settings": {
            "reduce": "mean",
            "level": "0.5",
            "both": "true",
            "points": "1,2",
            "weights": "",
        },
        "summary": "How much is smiled.",
        "unit": "px",
        "better": "larger",
        "source": "Nobody 1999",
        "version": 3,
        "group": "lips",
        "pooled": False,
        "controls": ("re-encoded > still",),
        "weights": {},
    }
    metric = MetricBuilder(installed).build(chosen)
    assert vars(metric) == {"said": ("mean", 0.5, True, [1, 2], "")}


def test_a_pooled_metric_says_so(installed: Installed) -> None:
    definition = MetricBuilder(installed).definition(one(installed, "judge/calm"))
    assert (definition.pooled, definition.controls) == (True, ())


def test_settings_make_the_label(installed: Installed) -> None:
    chosen = one(installed, {"part": "smile", "reduce": "sum", "both": False, "level": 1})
    assert chosen.label == "smile reduce=sum level=1 both=false"
    assert one(installed, {"part": "smile", "label": "grin"}).label == "grin"


def test_a_file_is_known_by_its_hash(installed: Installed, tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(b"weights")
    chosen = one(installed, {"part": "smile", "weights": "w.bin"}, tmp_path)
    digest = hashlib.sha256(b"weights").hexdigest()
    assert chosen.label == "smile"  # where a user keeps files is nobody's business
    assert chosen.part.settings["weights"] == str(tmp_path / "w.bin")
    assert chosen.notes == ("smile.weights is not the file that published numbers were made with",)
    definition = MetricBuilder(installed).definition(chosen)
    assert definition.weights == {"weights": digest}
    assert definition.settings["weights"] == "w.bin"


def test_another_process_gets_the_same(installed: Installed, tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(b"weights")
    entry: Plain = {"part": "smile", "points": [3], "weights": "w.bin", "label": "grin"}
    chosen = one(installed, entry, tmp_path)
    again = one(installed, chosen.data)
    assert (again.label, again.weights) == (chosen.label, chosen.weights)
    assert again.part.settings == chosen.part.settings
    assert again.part.contract == chosen.part.contract


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("smlie", "no installed plugin has the metric 'smlie'. Did you mean 'smile'?"),
        ("landmark-mesh", "(that is the name of a part of the kind face_model)"),
        ({"part": "smile", "redduce": "sum"}, "has no setting 'redduce'. Did you mean 'reduce'?"),
        ({"part": "smile", "reduce": "summ"}, "smile.reduce cannot be 'summ'. Did you mean 'sum'?"),
        ({"part": "smile", "level": 2}, "smile.level: expected 0 to 1, got 2"),
        ({"part": "smile", "level": "0.5"}, "write it without quotes"),
        ({"part": "smile", "weights": "gone.bin"}, "smile.weights: there is no 'gone.bin'"),
        ({"level": 1.0}, "a metric lacks the key 'part'"),
        ({"part": "far"}, "the Python module no_such_module is not installed"),
        (["smile"], "a metric: expected a mapping, got a list"),
    ],
)
def test_what_is_wrong_is_told(installed: Installed, entry: Plain, message: str) -> None:
    with pytest.raises(RecipeError) as e:
        metrics_of([entry], installed)
    assert message.lower() in str(e.value).lower()


def test_two_of_one_label_are_refused(installed: Installed) -> None:
    with pytest.raises(RecipeError, match="2 metrics are called 'smile'"):
        metrics_of(["smile", {"part": "smile"}], installed)


def test_places_are_those_of_the_file(installed: Installed) -> None:
    reader = StrictReader(RecipeError)
    text = "- smile\n- {part: smile,\n   levl: 1}\n- nothing\n"
    node = read_yaml(text, "p.yaml", reader.problems, RecipeError)
    chosen = choose_metrics(node, installed, reader)
    assert [metric.part.contract.name for metric in chosen] == ["smile", "smile"]
    places = {problem.where: type(problem) for problem in reader.problems}
    assert places["p.yaml:3:4"] is RecipeError
    assert places["p.yaml:4:3"] is UnknownPart


def test_one_that_cannot_run_is_defined_all_the_same(installed: Installed) -> None:
    builder = MetricBuilder(installed)
    chosen = one(installed, {"part": "smile", "reduce": "sum"})
    with pytest.raises(VisemixError, match="it needs weights"):
        builder.build(chosen)
    assert builder.definition(chosen).label == "smile reduce=sum"


def test_a_manifest_must_say_what_is_measured(installed: Installed) -> None:
    with pytest.raises(PluginError, match="'mute' measures"):
        MetricBuilder(installed).definition(one(installed, "mute"))


def test_contracts_are_those_of_the_manifest(installed: Installed) -> None:
    parts: Mapping[str, Contract] = {part.name: part for part in installed.parts("metric")}
    assert one(installed, "calm").part.contract == parts["calm"]
