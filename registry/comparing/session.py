"""A comparison from its first file to its report; killed anywhere, it goes on where it was."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import attrs

from visemix.core.errors import OutputError
from visemix.core.judging.comparison import Comparison, Failure
from visemix.core.progress import Progress
from visemix.registry.comparing.gathering import Gathering
from visemix.registry.comparing.jobs import Answer, Described, DescribeJob
from visemix.registry.comparing.plan import WORK, Case, Plan
from visemix.registry.comparing.protocol import TestClip
from visemix.registry.comparing.running import CaseTask, Runner, Task, trouble_file
from visemix.registry.comparing.troubles import Trouble
from visemix.registry.lock import locked_file

CREATED = "created.txt"


@attrs.define(eq=False)
class Session:
    """One run of ``visemix compare``.

    Attributes:
        plan: what is to be made and judged.
        runner: does the tasks.
        progress: who is told.
        retry: whether videos that could not be made are tried again.
        known: name of a recipe -> what it is.
        failures: what went wrong.
    """

    plan: Plan
    runner: Runner
    progress: Progress
    retry: bool = False
    known: dict[str, Described] = attrs.field(factory=dict)
    failures: list[Failure] = attrs.field(factory=list)
    _checked: dict[str, Trouble | None] = attrs.field(factory=dict, init=False)

    def run(self, hardware: str) -> Comparison:
        """Make what is missing, and say what came out.

        Args:
            hardware: one line of the report.

        Raises:
            OutputError: the report's folder cannot be written, or holds something else.
        """
        claim(self.plan.report)
        created = self._created()
        clips = self._clips(self._describe())
        done = self._cases(clips)
        gathering = Gathering(self.plan, self.known, done, tuple(self.failures))
        return gathering.comparison(created, hardware)

    def _created(self) -> str:
        """When this comparison was begun; a run that goes on keeps it."""
        path = self.plan.work / CREATED
        if not path.exists():
            path.write_text(datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        return path.read_text()

    def _describe(self) -> list[Case]:
        """The cases of recipes that can run."""
        asked = list(self.plan.asked)
        files = {self.plan.data.absolute() / clip.test.file for clip in self.plan.protocol.clips}
        tested = tuple(sorted(path for path in files if path.is_file()))
        for row, answer in self._do("reading recipes", [DescribeJob(row, tested) for row in asked]):
            if answer.described is not None:
                self.known[asked[row].name] = answer.described
            elif answer.trouble is not None:
                cases = [case for case in self.plan.cases() if case.asked == asked[row]]
                self._fail(cases, answer.trouble)
        return [c for c in self.plan.cases() if c.asked.control or c.asked.name in self.known]

    def _clips(self, cases: Sequence[Case]) -> list[Case]:
        """The cases whose clips are there."""
        troubles: dict[str, Trouble] = {}
        usable = []
        for clip in self.plan.protocol.clips:
            trouble = self._missing(clip)
            if trouble is None:
                usable.append(clip)
            else:
                troubles[clip.name] = trouble
        jobs = {clip.whole: self.plan.clip_job(clip) for clip in usable}
        for number, answer in self._do("cutting clips", list(jobs.values())):
            if answer.trouble is not None:
                cut = [clip.name for clip in usable if clip.whole == list(jobs)[number]]
                troubles |= dict.fromkeys(cut, answer.trouble)
        for name, trouble in troubles.items():
            self._fail([case for case in cases if case.clip.name == name], trouble)
        return [case for case in cases if case.clip.name not in troubles]

    def _missing(self, clip: TestClip) -> Trouble | None:
        """What is wrong with the files of a clip."""
        for file in (clip.test.file, clip.reference.file):
            if file not in self._checked:  # many clips are stretches of few files
                self._checked[file] = self._unusable(file)
            if (trouble := self._checked[file]) is not None:
                return trouble
        return None

    def _unusable(self, file: str) -> Trouble | None:
        path = self.plan.data / file
        if not path.is_file():
            do = "copy it there, or name its folder with --data"
            return Trouble("clip", f"{path}: there is no such file", do)
        if locked_file(path).sha256 != self.plan.protocol.files[file]:
            do = "use the file that the protocol was written for"
            return Trouble("clip", f"{path}: its content is not that of the protocol", do)
        return None

    def _cases(self, cases: Sequence[Case]) -> list[Case]:
        """The cases that were made and judged."""
        groups = self._groups(cases)
        tasks = [self._task(group) for group in groups]
        if self.retry:
            for task in tasks:
                trouble_file(task.make.folder).unlink(missing_ok=True)
        done: set[Case] = set()
        for number, answer in self._do("making and judging", tasks):
            if answer.trouble is not None:
                self._fail(groups[number], answer.trouble)
            else:
                done.update(groups[number])
        return [case for case in cases if case in done]

    def _groups(self, cases: Sequence[Case]) -> list[list[Case]]:
        """Cases that one video serves: the pieces of a clip, and rows that are the same."""
        groups: dict[Path, list[Case]] = {}
        for case in cases:
            groups.setdefault(self.plan.make_job(case, self.known).folder, []).append(case)
        return list(groups.values())

    def _task(self, cases: Sequence[Case]) -> CaseTask:
        make = self.plan.make_job(cases[0], self.known)
        return CaseTask(make, tuple(self.plan.judge_job(case, make) for case in cases))

    def _do(self, title: str, tasks: Sequence[Task]) -> Iterator[tuple[int, Answer]]:
        self.progress.begin(title, len(tasks))
        try:
            for number, answer in self.runner.run(tasks):
                self.progress.advance(title, 1)
                yield number, answer
        finally:
            self.progress.end(title)

    def _fail(self, cases: Sequence[Case], trouble: Trouble) -> None:
        """Note a failure of each of these cases; it is told once."""
        if not cases:
            return
        first, more = cases[0].name, len(cases) - 1
        also = f" and {more} more" if more else ""
        self.progress.note(f"{first}{also}: {trouble.what}")
        self.failures += [
            Failure(
                case.asked.name, case.clip.name, case.seed, trouble.stage, trouble.what, trouble.do
            )
            for case in cases
        ]


def claim(report: Path) -> None:
    """Make the report's folder, or go on in it.

    Raises:
        OutputError: there is something else.
    """
    if report.exists() and not (report / WORK).is_dir():
        if not report.is_dir():
            raise OutputError("it is a file, not a folder", where=report, do="name a folder")
        if any(report.iterdir()):
            what = "there is something in this folder that 'visemix compare' did not write"
            raise OutputError(what, where=report, do="name another folder")
    (report / WORK).mkdir(parents=True, exist_ok=True)
