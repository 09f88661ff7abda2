"""Everything that cases left behind -> the comparison, and the files that it names."""

import csv
import math
import os
import platform
import shutil
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import attrs

from visemix.core.errors import VisemixError
from visemix.core.interfaces import Metric
from visemix.core.judging.case import Observation
from visemix.core.judging.comparison import (
    ClipInfo,
    Comparison,
    Definition,
    Failure,
    MadeVideo,
    Pooled,
    System,
    Value,
)
from visemix.core.judging.comparison_file import save_comparison
from visemix.core.media.part_file import PartFile
from visemix.registry.comparing.clip_media import ClipFolder
from visemix.registry.comparing.jobs import Asked, Described
from visemix.registry.comparing.judging import CRASH, drawn, seen_by
from visemix.registry.comparing.making import VIDEO
from visemix.registry.comparing.plan import Case, Plan
from visemix.registry.comparing.pooling import pooled_value, replicates
from visemix.registry.comparing.protocol import TestClip
from visemix.registry.comparing.troubles import Trouble
from visemix.registry.metric_entries import ChosenMetric
from visemix.registry.metrics import MetricBuilder

PACKAGES = ("visemix", "torch", "numpy", "av", "opencv-python-headless", "mediapipe", "scipy")
DATA, TABLE = "comparison.json", "values.csv"
NOT_SEEN = Trouble("metric", "it was not measured")

CONTROLS_SAY = {
    "ground-truth": "the true video after the canonical transcode",
    "re-encoded": "the true video, encoded as made videos are, then transcoded",
    "still": "the reference's first frame",
    "nearest-frame": "for every frame the reference frame with the nearest mouth",
    "shuffled": "real pictures of other speech under this sound",
}


@attrs.frozen(eq=False)
class Gathering:
    """Reads the folders of cases.

    Attributes:
        plan: which there are.
        known: name of a recipe -> what it is.
        done: cases that were made and judged.
        failures: of the others.
    """

    plan: Plan
    known: Mapping[str, Described]
    done: Sequence[Case]
    failures: tuple[Failure, ...]
    _folders: dict[Case, Path] = attrs.field(factory=dict, init=False)

    def comparison(self, created: str, hardware: str) -> Comparison:
        """The comparison; its videos, curves and sheets are in the report's folder then."""
        protocol = self.plan.protocol
        builder = MetricBuilder(self.plan.installed)
        judged = [_Judged(self, chosen, builder) for chosen in protocol.metrics]
        return Comparison(
            protocol=protocol.name,
            protocol_sha256=self.plan.digest(),
            created=created,
            hardware=hardware,
            versions=self.versions(),
            systems=tuple(self.system(asked) for asked in self.plan.rows),
            clips=tuple(self.clip(clip) for clip in protocol.clips),
            metrics=tuple(one.definition for one in judged),
            values=tuple(value for one in judged for value in one.values()),
            pooled=tuple(row for one in judged for row in one.pooled()),
            failures=(*self.failures, *(f for one in judged for f in one.failures())),
            videos=tuple(self.video(case) for case in self.done),
            seeds=protocol.seeds,
            quoted=self.plan.quoted,
        )

    def folder(self, case: Case) -> Path:
        """Of a case."""
        if case not in self._folders:  # every metric asks, and its name is a digest of the plan
            self._folders[case] = self.plan.make_job(case, self.known).folder
        return self._folders[case]

    def system(self, asked: Asked) -> System:
        """One row."""
        if asked.control:
            return System(asked.name, control=True, summary=CONTROLS_SAY[asked.name])
        about = self.known.get(asked.name)
        if about is None:
            return System(asked.name, control=False, summary="it cannot run")
        return System(
            name=asked.name,
            control=False,
            recipe=about.recipe,
            summary=about.summary,
            licenses=about.licenses,
            training=about.training,
            lock=about.lock,
        )

    def clip(self, clip: TestClip) -> ClipInfo:
        """One clip; one that could not be cut has no length."""
        folder = ClipFolder(self.plan.clip_job(clip).folder)
        seconds = 0.0
        if folder.ready:
            seconds = folder.about["frames"] / folder.about["fps"] / clip.pieces
        sha256, terms = self.plan.protocol.files[clip.test.file], self.plan.protocol.license
        return ClipInfo(clip.name, clip.person, seconds, sha256, terms)

    def versions(self) -> dict[str, str]:
        """Of everything that numbers may depend on."""
        found = {"python": platform.python_version()}
        for name in PACKAGES:
            try:
                found[name] = version(name)
            except PackageNotFoundError:
                continue
        return found | {f"plugin {m.name}": m.version for m in self.plan.installed.usable()}

    def video(self, case: Case) -> MadeVideo:
        """Put a case's files where a reader of the report finds them."""
        folder, seed = self.folder(case), case.seed
        name = f"{case.asked.name.replace('/', '-')}/{case.clip.name}-{seed}"
        curves, sheet = drawn(case.clip.piece, case.clip.pieces)
        files = {
            kind: f"{kind}/{name}{Path(file).suffix}"
            for kind, file in (("videos", VIDEO), ("curves", curves), ("sheets", sheet))
            if _linked(folder / file, self.plan.report / f"{kind}/{name}{Path(file).suffix}")
        }
        video = "" if case.clip.piece else files["videos"]  # the first piece shows all of it
        row = (case.asked.name, case.clip.name, case.seed)
        return MadeVideo(*row, video, files.get("curves", ""), files.get("sheets", ""))


class _Judged:
    """One metric over all cases."""

    def __init__(self, gathering: Gathering, chosen: ChosenMetric, builder: MetricBuilder) -> None:
        self.plan, self.done = gathering.plan, gathering.done
        self.definition: Definition = builder.definition(chosen)
        self.metric = _built(builder, chosen)
        self.seen = {
            case: seen_by(gathering.folder(case), self.plan.metric_keys([chosen], case.clip)[0])
            or NOT_SEEN
            for case in self.done
        }

    def values(self) -> Iterator[Value]:
        """One for each case."""
        if self.definition.pooled:
            return
        for case, seen in self.seen.items():
            value, note = math.nan, ""
            if isinstance(seen, Trouble):
                note = f"{seen.what}. {seen.do}".removesuffix(". ")
            else:
                value, note = self.conclude([seen]), seen.note
            found = None if math.isnan(value) else value
            yield Value(
                case.asked.name, case.clip.name, case.seed, self.definition.label, found, note
            )

    def pooled(self) -> Iterator[Pooled]:
        """One for each row."""
        if not self.definition.pooled or self.metric is None:
            return
        clips = self.plan.protocol.clips
        for asked in self.plan.rows:
            seen: dict[int, list[Observation]] = {}
            for case, found in self.seen.items():
                if case.asked == asked and isinstance(found, Observation):
                    seen.setdefault(clips.index(case.clip), []).append(found)
            value = self.conclude([one for index in sorted(seen) for one in seen[index]])
            drawn = () if math.isnan(value) else replicates(self.metric, seen, len(clips))
            shown = None if math.isnan(value) else value
            yield Pooled(asked.name, self.definition.label, shown, drawn)

    def failures(self) -> Iterator[Failure]:
        """Of a metric that crashed; one that says why it cannot run has a note instead."""
        for case, seen in self.seen.items():
            if isinstance(seen, Trouble) and seen.stage == CRASH:
                stage = f"metric {self.definition.label}"
                row = (case.asked.name, case.clip.name, case.seed)
                yield Failure(*row, stage, seen.what, seen.do)

    def conclude(self, seen: Sequence[Observation]) -> float:
        return math.nan if self.metric is None else pooled_value(self.metric, seen)


def _built(builder: MetricBuilder, chosen: ChosenMetric) -> Metric | None:
    try:
        return builder.build(chosen)
    except VisemixError:  # every case says why
        return None


def _linked(source: Path, target: Path) -> bool:
    """Whether a file is there; it has another name then, or a copy where names are not shared."""
    if not source.exists():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    try:
        os.link(source, part)
    except OSError:
        shutil.copyfile(source, part)
    part.replace(target)
    return True


def save_results(comparison: Comparison, report: Path) -> list[Path]:
    """Write the comparison as JSON, and its per-clip figures as a table.

    Raises:
        OutputError: they cannot be written.
    """
    units = {metric.label: metric.unit for metric in comparison.metrics}
    table = PartFile(report / TABLE, overwrite=True)
    try:
        with table.part.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["system", "clip", "seed", "metric", "unit", "value", "note"])
            for v in comparison.values:
                value = "" if v.value is None else repr(v.value)
                rows.writerow([v.system, v.clip, v.seed, v.metric, units[v.metric], value, v.note])
        table.commit()
    finally:
        table.discard()
    return [save_comparison(comparison, report / DATA), report / TABLE]
