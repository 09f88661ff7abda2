"""Comparison: everything that `visemix compare` found out, as data.

Written as JSON beside the report; the HTML and Markdown reports are made of it and of nothing else.
"""

from collections.abc import Mapping

import attrs

CONTROLS = ("ground-truth", "re-encoded", "still", "nearest-frame", "shuffled")
"""Rows that every comparison has. Ground truth after the canonical transcode; the same encoded as
a made video is, then transcoded; the reference's first frame; for every frame the reference frame
with the nearest mouth; real pictures of other speech (another clip of the person, or another
stretch of the same) under this sound."""


@attrs.frozen
class Definition:
    """One metric with its settings, as it was run.

    Attributes:
        label: unique in the comparison ("lmd", "lmd reduce=sum").
        part: name of the metric.
        settings: name -> value.
        summary: one line.
        unit: of the number.
        better: "larger", "smaller", or "nearer" to the ground truth's own.
        source: paper or script of the definition.
        version: of our definition.
        group: "picture", "identity", "lips", "motion" or "cost".
        pooled: only a set of clips has a value.
        controls: orders that controls must be in, "re-encoded > still": the left one is better.
        weights: setting -> SHA-256 of the file it named.
    """

    label: str
    part: str
    settings: Mapping[str, str]
    summary: str
    unit: str
    better: str
    source: str
    version: int
    group: str
    pooled: bool = False
    controls: tuple[str, ...] = ()
    weights: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen
class System:
    """One row: a recipe, or a control.

    Attributes:
        name: unique.
        control: whether it is one of CONTROLS.
        recipe: the resolved recipe as YAML text; empty for controls.
        summary: one line.
        licenses: one line per plugin: code, weights, note.
        training: what it needed ("none", or steps, clips and hours from the checkpoint).
        lock: digest of recipe, versions and weights.
    """

    name: str
    control: bool
    recipe: str = ""
    summary: str = ""
    licenses: tuple[str, ...] = ()
    training: str = ""
    lock: str = ""


@attrs.frozen
class ClipInfo:
    """One test clip.

    Attributes:
        name: unique.
        person: who speaks.
        seconds: how long the judged part is.
        sha256: of the file.
        license: terms of the data.
    """

    name: str
    person: str
    seconds: float
    sha256: str
    license: str = ""


@attrs.frozen
class Value:
    """One per-clip figure; ``value`` is None where it could not be measured, ``note`` says why."""

    system: str
    clip: str
    seed: int
    metric: str
    value: float | None
    note: str = ""


@attrs.frozen
class Pooled:
    """A figure of all clips together.

    Attributes:
        system, metric: which.
        value: of all clips.
        replicates: of the same clips drawn with replacement; draw k is the same for all systems.
    """

    system: str
    metric: str
    value: float | None
    replicates: tuple[float, ...] = ()


@attrs.frozen
class Failure:
    """A video that could not be made or judged."""

    system: str
    clip: str
    seed: int
    stage: str
    what: str
    do: str = ""


@attrs.frozen
class MadeVideo:
    """Where one video and its curves lie, relative to the report's folder.

    Attributes:
        system, clip, seed: which.
        video: after the canonical transcode, H.264 with sound; empty for the later pieces of a
            video that is shown with the first.
        curves: .npz with time [T], lip_gap [T], rotation [T, 3] degrees, eye_aspect [T] and found
            [T]; empty where no face was seen.
        sheet: contact sheet, JPEG.
    """

    system: str
    clip: str
    seed: int
    video: str
    curves: str = ""
    sheet: str = ""


@attrs.frozen
class Quoted:
    """A figure that a paper prints for the same system, measured on other data.

    Attributes:
        system: our row.
        metric: our metric's label.
        value: theirs.
        source: paper and table.
    """

    system: str
    metric: str
    value: float
    source: str


@attrs.frozen
class Comparison:
    """All of it.

    Attributes:
        protocol: its name.
        protocol_sha256: of its text with the hashes of the clips.
        created: UTC, ISO 8601.
        hardware: one line.
        versions: package -> version.
        systems: controls first, then recipes in the order asked for.
        clips: in the protocol's order.
        metrics: in the protocol's order.
        values: per clip.
        pooled: of all clips.
        failures: counted and shown, never dropped.
        videos: what was made.
        seeds: seeds used, one repeat each.
        quoted: figures of papers, to stand beside ours.
    """

    protocol: str
    protocol_sha256: str
    created: str
    hardware: str
    versions: Mapping[str, str]
    systems: tuple[System, ...]
    clips: tuple[ClipInfo, ...]
    metrics: tuple[Definition, ...]
    values: tuple[Value, ...]
    pooled: tuple[Pooled, ...] = ()
    failures: tuple[Failure, ...] = ()
    videos: tuple[MadeVideo, ...] = ()
    seeds: tuple[int, ...] = (0,)
    quoted: tuple[Quoted, ...] = ()

    @property
    def recipes(self) -> tuple[System, ...]:
        """The systems that are compared: all but the controls."""
        return tuple(system for system in self.systems if not system.control)
