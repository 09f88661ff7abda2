"""YAML -> protocol, strictly: every problem of the file is told, with its place.

A protocol::

    visemix_protocol: 1
    name: vlogger
    summary: One line.
    license: Terms of the data.
    files: {vlogger.mp4: "SHA-256"}          # relative to --data
    reference: video                          # or photo: the first frame of the stretch
    personal: true                            # systems may learn from the reference's sound
    seeds: [0]
    repeats: 1
    canonical: {fps: 25, crf: 18, height: 0}  # transcode of every video; 0 keeps the truth's size
    judging: {crop: 256, tracker: {part: mediapipe}}
    clips:
      - {name: one, person: ann, said: "bin blue",
         test: {file: vlogger.mp4, from: 12, to: 18}, reference: {file: vlogger.mp4, to: 12},
         pieces: 3}                           # one video is made, three pieces are judged
    metrics: [psnr, {part: lmd, reduce: sum}]
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from visemix.core.errors import RecipeError
from visemix.registry.comparing.protocol import (
    FORMAT,
    REFERENCES,
    Canonical,
    Judging,
    Protocol,
    Span,
    TestClip,
)
from visemix.registry.installed import Installed
from visemix.registry.metric_entries import choose_metrics
from visemix.registry.names import advice
from visemix.registry.node import Node, Plain, plain
from visemix.registry.option_values import MAX_SEED
from visemix.registry.problems import raise_problems
from visemix.registry.strict import StrictReader
from visemix.registry.yaml_text import read_yaml

REQUIRED = ("visemix_protocol", "name", "files", "clips", "metrics")
KEYS = (
    *REQUIRED, "summary", "license", "reference", "personal", "seeds", "repeats", "canonical",
    "judging",
)  # fmt: skip
TRACKER: Mapping[str, Plain] = {"part": "mediapipe"}
LONGEST_S = 86_400.0
MOST_PIECES = 100

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def read_protocol(path: Path, installed: Installed) -> Protocol:
    """The protocol in a file.

    Args:
        path: a YAML file.
        installed: the plugins whose metrics it names.

    Raises:
        RecipeError: it cannot be read, or says something that cannot be; one error per problem.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as e:
        raise RecipeError(f"cannot be read: {e}", where=path, do="give a YAML file") from e
    return parse_protocol(text, str(path), installed, path.parent)


def parse_protocol(text: str, name: str, installed: Installed, folder: Path = Path()) -> Protocol:
    """The protocol in a text; ``name`` stands for it in messages, paths are below ``folder``.

    Raises:
        RecipeError: as of :func:`read_protocol`.
    """
    reader = StrictReader(RecipeError)
    root = read_yaml(text, name, reader.problems, RecipeError)
    found = reader.entries(root, "the protocol", KEYS, REQUIRED)
    protocol = _Reading(reader, found, root).protocol(installed, folder, text)
    raise_problems(reader.problems)
    return protocol


def overlap(one: Span, other: Span) -> bool:
    """Whether two stretches share a moment.

    >>> overlap(Span("a", 0, 2), Span("a", 2)), overlap(Span("a", 1, 3), Span("a", 2))
    (False, True)
    """
    first, second = sorted((one, other), key=lambda span: span.start_s)
    stop = LONGEST_S if first.stop_s is None else first.stop_s
    return one.file == other.file and second.start_s < stop


class _Reading:
    """Reads the sections of one protocol."""

    def __init__(self, reader: StrictReader, found: Mapping[str, Node], root: Node) -> None:
        self.reader = reader
        self.found = found
        self.root = root

    def protocol(self, installed: Installed, folder: Path, text: str) -> Protocol:
        if "visemix_protocol" in self.found:
            what = "visemix_protocol (format)"
            self.reader.integer(self.found["visemix_protocol"], what, FORMAT, FORMAT)
        files = self.files()
        metrics = self.found.get("metrics", Node([], self.root.place))
        return Protocol(
            name=self.text("name"),
            clips=self.clips(files),
            metrics=choose_metrics(metrics, installed, self.reader, folder),
            files=files,
            judging=self.judging(),
            summary=self.text("summary"),
            license=self.text("license"),
            reference=self.text("reference", REFERENCES) or REFERENCES[0],
            personal=self.boolean("personal", True),
            seeds=self.seeds(),
            repeats=self.integer(self.found, "repeats", 1, 100, 1),
            canonical=self.canonical(),
            text=text,
        )

    def files(self) -> dict[str, str]:
        node = self.found.get("files", Node({}, self.root.place))
        files = {}
        for name, child in self.reader.free_entries(node, "files").items():
            digest = self.reader.text(child, f"files.{name}")
            if not _SHA256.fullmatch(digest):
                do = "write what sha256sum prints, in quotes"
                self.reader.problem(f"{digest!r} is no SHA-256", child.place, do)
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts:
                do = "name a file below the folder that --data gives"
                self.reader.problem(f"{name!r} is no file of the data", node.keys[name], do)
            files[name] = digest
        return files

    def clips(self, files: Mapping[str, str]) -> tuple[TestClip, ...]:
        node = self.found.get("clips", Node([], self.root.place))
        items = self.reader.items(node, "clips")
        clips = [piece for child in items for piece in self.clip(child, files)]
        names = [clip.name for clip in clips]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.reader.problem(f"two clips are called {name!r}", node.place, "rename one")
        if not clips:
            self.reader.problem("there is no clip", node.place, "add one")
        return tuple(clips)

    def clip(self, node: Node, files: Mapping[str, str]) -> tuple[TestClip, ...]:
        needed = ("name", "person", "test", "reference")
        found = self.reader.entries(node, "a clip", (*needed, "said", "pieces"), needed)
        texts = {
            key: self.reader.text(found[key], key)
            for key in ("name", "person", "said")
            if key in found
        }
        for key in ("name", "person"):
            if key in texts and not _NAME.fullmatch(texts[key]):
                do = "use letters, digits, '-', '_' and '.'"
                self.reader.problem(f"{texts[key]!r} cannot be a {key}", found[key].place, do)
        spans = {
            key: self.span(found[key], key, files) for key in ("test", "reference") if key in found
        }
        nothing = Span("")
        if len(spans) == 2 and overlap(spans["test"], spans["reference"]):
            do = "give the system another stretch, or another file"
            self.reader.problem("the reference shows what is to be said", node.place, do)
        whole = TestClip(
            name=texts.get("name", ""),
            person=texts.get("person", ""),
            test=spans.get("test", nothing),
            reference=spans.get("reference", nothing),
            said=texts.get("said", ""),
        )
        return whole.cut(self.integer(found, "pieces", 1, MOST_PIECES, 1))

    def span(self, node: Node, what: str, files: Mapping[str, str]) -> Span:
        found = self.reader.entries(node, what, ("file", "from", "to"), ("file",))
        file = self.reader.text(found["file"], f"{what}.file") if "file" in found else ""
        if file and file not in files:
            do = advice(file, files) if files else "list it there"
            self.reader.problem(f"{file!r} is not among the files", found["file"].place, do)
        start = self.number(found, "from", 0, LONGEST_S, 0.0)
        stop = self.number(found, "to", 0, LONGEST_S, LONGEST_S) if "to" in found else None
        if stop is not None and stop <= start:
            self.reader.problem(f"{what} ends before it begins", node.place, "make 'to' larger")
        return Span(file, start, stop)

    def canonical(self) -> Canonical:
        node = self.found.get("canonical", Node({}, self.root.place))
        found = self.reader.entries(node, "canonical", ("fps", "crf", "height"))
        return Canonical(
            fps=self.number(found, "fps", 1, 240, 25.0),
            crf=self.integer(found, "crf", 0, 51, 18),
            height=self.integer(found, "height", 0, 4096, 0),
        )

    def judging(self) -> Judging:
        node = self.found.get("judging", Node({}, self.root.place))
        found = self.reader.entries(node, "judging", ("crop", "tracker"))
        tracker = dict(TRACKER)
        if "tracker" in found:
            entries = self.reader.free_entries(found["tracker"], "tracker")
            tracker = {key: plain(child) for key, child in entries.items()}
            if "part" not in tracker:
                do = "add 'part: NAME'"
                self.reader.problem("the tracker lacks the key 'part'", found["tracker"].place, do)
        return Judging(tracker, self.integer(found, "crop", 32, 2048, 256))

    def seeds(self) -> tuple[int, ...]:
        if "seeds" not in self.found:
            return (0,)
        items = self.reader.items(self.found["seeds"], "seeds")
        seeds = tuple(self.reader.integer(child, "seeds", 0, MAX_SEED) for child in items)
        if not seeds or len(set(seeds)) < len(seeds):
            place = self.found["seeds"].place
            self.reader.problem("seeds must be different, at least one", place, "write [0]")
        return seeds

    def text(self, key: str, choices: Iterable[str] = ()) -> str:
        return self.reader.text(self.found[key], key, tuple(choices)) if key in self.found else ""

    def boolean(self, key: str, default: bool) -> bool:
        return self.reader.boolean(self.found[key], key) if key in self.found else default

    def integer(
        self, found: Mapping[str, Node], key: str, low: int, high: int, default: int
    ) -> int:
        return self.reader.integer(found[key], key, low, high) if key in found else default

    def number(
        self, found: Mapping[str, Node], key: str, low: float, high: float, default: float
    ) -> float:
        return self.reader.number(found[key], key, low, high) if key in found else default
