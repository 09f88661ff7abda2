"""What a comparison consists of: a case for every clip, row and seed, each with a folder.

Folders are named by a digest of everything that their content depends on, so that what was made
before is found again, whatever else is asked for now. Below the report::

    work/clips/CLIP-DIGEST/    clip_media.py
    work/cases/DIGEST/         making.py and judging.py
    work/log/                  what processes printed
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import attrs

from visemix.core.judging.comparison import CONTROLS, Quoted
from visemix.registry.comparing.jobs import Asked, ClipJob, Described, JudgeJob, MakeJob, plain
from visemix.registry.comparing.protocol import Protocol, TestClip
from visemix.registry.installed import Installed, visemix_version
from visemix.registry.metric_entries import ChosenMetric
from visemix.registry.plugin_code import code_digest

FORMAT = 1
WORK = "work"


@attrs.frozen
class Case:
    """One video.

    Attributes:
        asked: by whom.
        clip: saying what.
        seed: of everything random.
    """

    asked: Asked
    clip: TestClip
    seed: int

    @property
    def name(self) -> str:
        """For messages.

        >>> from visemix.registry.comparing.protocol import Span
        >>> Case(Asked("still"), TestClip("one", "ann", Span("a"), Span("b")), 0).name
        'still on one'
        """
        return f"{self.asked.name} on {self.clip.name}"


@attrs.frozen(eq=False)
class Plan:
    """Everything that is to be made and judged.

    Attributes:
        protocol: how.
        data: folder of its files.
        report: where to.
        asked: recipes, in the order asked for.
        installed: for the versions of plugins.
        quoted: figures of papers, to stand beside ours.
    """

    protocol: Protocol
    data: Path
    report: Path
    asked: tuple[Asked, ...]
    installed: Installed
    quoted: tuple[Quoted, ...] = ()

    @property
    def rows(self) -> tuple[Asked, ...]:
        """Controls first, then recipes."""
        return (*(Asked(name, control=True) for name in CONTROLS), *self.asked)

    @property
    def work(self) -> Path:
        """What is kept to go on from."""
        return self.report.absolute() / WORK

    def cases(self) -> list[Case]:
        """Clip by clip; a control has one seed, nothing in it is random."""
        seeds = self.protocol.seeds
        return [
            Case(asked, clip, seed)
            for clip in self.protocol.clips
            for asked in self.rows
            for seed in (seeds[:1] if asked.control else seeds)
        ]

    def clip_job(self, clip: TestClip) -> ClipJob:
        """How a clip is cut."""
        protocol = self.protocol
        job = ClipJob(
            clip=clip,
            data=self.data.absolute(),
            folder=Path(),
            canonical=protocol.canonical,
            judging=protocol.judging,
            reference=protocol.reference,
            personal=protocol.personal,
        )
        files = [protocol.files[span.file] for span in (clip.test, clip.reference)]
        whole = attrs.evolve(clip.whole, said="", person="")
        seen = attrs.evolve(job, data=Path(), clip=whole)
        digest = _digest([plain(seen), files, self._tracker_version()])
        return attrs.evolve(job, folder=self.work / "clips" / f"{whole.name}-{digest[:16]}")

    def make_job(self, case: Case, known: Mapping[str, Described]) -> MakeJob:
        """How a video is made; ``started`` is left open."""
        clip = self.clip_job(case.clip).folder
        lock = known[case.asked.name].lock if case.asked.name in known else case.asked.name
        repeats = self.protocol.repeats
        digest = _digest([clip.name, lock, case.seed, repeats, visemix_version()])
        return MakeJob(
            asked=case.asked,
            clip=clip,
            folder=self.work / "cases" / digest[:24],
            canonical=self.protocol.canonical,
            seed=case.seed,
            repeats=repeats,
            started=0.0,
        )

    def judge_job(self, case: Case, made: MakeJob) -> JudgeJob:
        """How a video is judged."""
        metrics = self.protocol.metrics
        return JudgeJob(
            clip=made.clip,
            folder=made.folder,
            judging=self.protocol.judging,
            name=case.clip.name,
            person=case.clip.person,
            said=case.clip.said,
            piece=case.clip.piece,
            pieces=case.clip.pieces,
            metrics=tuple(metric.data for metric in metrics),
            keys=self.metric_keys(metrics, case.clip),
        )

    def metric_keys(self, metrics: Sequence[ChosenMetric], clip: TestClip) -> tuple[str, ...]:
        """A name for what each metric saw, another one for another definition of it."""
        return tuple(self._metric_key(metric, clip) for metric in metrics)

    def _metric_key(self, metric: ChosenMetric, clip: TestClip) -> str:
        contract = metric.part.contract
        version = contract.measure.version if contract.measure else 0
        code = [code_digest(m.folder) for m in self.installed.usable() if m.name == contract.plugin]
        about = [contract.plugin, version, *code, metric.data, metric.weights]
        about += [clip.said, clip.person]
        about += [clip.piece, clip.pieces] if clip.pieces > 1 else []
        return f"{contract.name}-{_digest(about)[:12]}"

    def _tracker_version(self) -> str:
        part = str(self.protocol.judging.tracker["part"]).rpartition("/")[2]
        plugins = [m for m in self.installed.usable() if m.part("tracker", part) is not None]
        return ", ".join(f"{m.name} {m.version}" for m in plugins)

    def digest(self) -> str:
        """SHA-256 of the protocol's text with the hashes of its clips."""
        return sha256(self.protocol.text.encode()).hexdigest()


def _digest(data: object) -> str:
    text = json.dumps([FORMAT, data], sort_keys=True, default=str)
    return sha256(text.encode()).hexdigest()
