"""What the processes of a comparison are asked to do, and what they answer; all of it is JSON."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import attrs
from cattrs.preconf.json import make_converter

from visemix.registry.comparing.protocol import Canonical, Judging, TestClip
from visemix.registry.comparing.troubles import Trouble
from visemix.registry.node import Plain

T = TypeVar("T")

_CONVERTER = make_converter()


@attrs.frozen
class Asked:
    """One row of the comparison that somebody asked for: a recipe, or a control.

    Attributes:
        name: unique.
        recipe: a recipe's name, a YAML file or a checkpoint folder; empty for controls.
        overrides: "key.key=value" each.
        remedy: command that makes the checkpoint folder ``recipe``, if that is what it must be.
        control: whether it is a control.
    """

    name: str
    recipe: str = ""
    overrides: tuple[str, ...] = ()
    remedy: str = ""
    control: bool = False


@attrs.frozen
class ClipJob:
    """Cut one clip out of the data, transcode and track it.

    Attributes:
        clip: which.
        data: folder of the protocol's files.
        folder: where to.
        canonical: the transcode.
        judging: tracker and crop.
        reference: "video" or "photo".
        personal: whether the reference keeps its sound.
    """

    clip: TestClip
    data: Path
    folder: Path
    canonical: Canonical
    judging: Judging
    reference: str
    personal: bool


@attrs.frozen
class DescribeJob:
    """Say what a recipe is.

    Attributes:
        asked: which.
        tested: files that are tested; a system that was trained on one of them is told.
    """

    asked: Asked
    tested: tuple[Path, ...] = ()


@attrs.frozen
class Described:
    """What a recipe is.

    Attributes:
        recipe: resolved, as YAML.
        summary: one line.
        licenses: one line per plugin.
        training: what it needed.
        lock: digest of everything that its videos depend on.
    """

    recipe: str
    summary: str
    licenses: tuple[str, ...]
    training: str
    lock: str


@attrs.frozen
class MakeJob:
    """Make one video and transcode it.

    Attributes:
        asked: by what.
        clip: folder that a ClipJob made.
        folder: of the case.
        canonical: the transcode.
        seed: of everything random.
        repeats: how often it is made.
        started: seconds since the epoch, before the process was started.
    """

    asked: Asked
    clip: Path
    folder: Path
    canonical: Canonical
    seed: int
    repeats: int
    started: float


@attrs.frozen
class JudgeJob:
    """Track a made video and measure what was not measured yet.

    Attributes:
        clip: folder that a ClipJob made.
        folder: of the case.
        judging: tracker and crop.
        name: of the clip.
        person: who is in it.
        said: the words that are spoken.
        piece, pieces: which of how many pieces of the video is judged.
        metrics: as entries of a protocol.
        keys: name of each metric's file.
    """

    clip: Path
    folder: Path
    judging: Judging
    name: str
    person: str
    said: str
    piece: int
    pieces: int
    metrics: tuple[Mapping[str, Plain], ...]
    keys: tuple[str, ...]


Job = ClipJob | DescribeJob | MakeJob | JudgeJob
KINDS: Mapping[str, type[Job]] = {
    kind.__name__: kind for kind in (ClipJob, DescribeJob, MakeJob, JudgeJob)
}


@attrs.frozen
class Answer:
    """What a process says of a job.

    Attributes:
        trouble: why it could not be done; None if it was.
        described: of a DescribeJob.
    """

    trouble: Trouble | None = None
    described: Described | None = None


def to_line(value: Job | Answer) -> str:
    """One line of JSON."""
    data: object = _CONVERTER.unstructure(value)
    return json.dumps([type(value).__name__, data])


def job_of(line: str) -> Job:
    """The job that :func:`to_line` wrote."""
    kind, data = json.loads(line)
    return read(data, KINDS[kind])


def answer_of(line: str) -> Answer:
    """The answer that :func:`to_line` wrote."""
    return read(json.loads(line)[1], Answer)


def read(data: object, kind: type[T]) -> T:
    """A value of JSON data."""
    return _CONVERTER.structure(data, kind)


def plain(value: object) -> object:
    """JSON data of a value."""
    data: object = _CONVERTER.unstructure(value)
    return data
