"""What a protocol may say: which clips, what systems are given, how their videos are judged."""

from collections.abc import Mapping

import attrs

from visemix.registry.metric_entries import ChosenMetric
from visemix.registry.node import Plain

FORMAT = 1

REFERENCES = ("video", "photo")
"""What a system is given of a person: a stretch of video, or its first frame."""


@attrs.frozen
class Span:
    """A stretch of a file.

    Attributes:
        file: relative to the folder of the data.
        start_s: where it begins, seconds.
        stop_s: where it ends; None for the end of the file.
    """

    file: str
    start_s: float = 0.0
    stop_s: float | None = None


@attrs.frozen
class TestClip:
    """One sentence that is to be said, and the person who is to say it.

    Attributes:
        name: unique in the protocol.
        person: who it is; clips of one person share the name.
        test: the truth: its sound drives the systems, its pictures are compared.
        reference: what the systems may see of the person.
        said: the words that are spoken, where they are known.
        piece, pieces: which of how many equal pieces of the video is judged as this clip; one
            video is made for all of them.
    """

    __test__ = False  # no test, whatever its name begins with

    name: str
    person: str
    test: Span
    reference: Span
    said: str = ""
    piece: int = 0
    pieces: int = 1

    @property
    def whole(self) -> "TestClip":
        """All pieces together, as they are made."""
        return attrs.evolve(self, name=self.name.removesuffix(self._suffix), piece=0, pieces=1)

    def cut(self, pieces: int) -> tuple["TestClip", ...]:
        """Equal pieces, called NAME.1, NAME.2 ..; itself if it stays whole."""
        if pieces == 1:
            return (self,)
        cuts = (attrs.evolve(self, piece=number, pieces=pieces) for number in range(pieces))
        return tuple(attrs.evolve(cut, name=cut.name + cut._suffix) for cut in cuts)

    @property
    def _suffix(self) -> str:
        return f".{self.piece + 1}" if self.pieces > 1 else ""


@attrs.frozen
class Canonical:
    """The transcode that every video goes through before it is judged, the true one too.

    Attributes:
        fps: frames per second.
        crf: quality of H.264, 0 (lossless) to 51.
        height: of the pictures, px; 0 keeps the truth's.
    """

    fps: float = 25.0
    crf: int = 18
    height: int = 0


@attrs.frozen
class Judging:
    """How pictures are looked at.

    Attributes:
        tracker: part and settings of the tracker that follows the face in every video.
        crop: edge of the square crop around the true head, px; pictures and landmarks are compared
            in it.
    """

    tracker: Mapping[str, Plain]
    crop: int = 256


@attrs.frozen
class Protocol:
    """A comparison that anybody can make again.

    Attributes:
        name: for people.
        summary: one line.
        license: terms of the data.
        files: file -> SHA-256.
        clips: what is made.
        metrics: what is measured.
        reference: one of REFERENCES.
        personal: whether a system may learn from the sound of its reference; else it gets none.
        seeds: every video is made once with each.
        repeats: how often a video is made in its process; the times are those of the last.
        canonical: transcode.
        judging: tracker and crop.
        text: the file itself.
    """

    name: str
    clips: tuple[TestClip, ...]
    metrics: tuple[ChosenMetric, ...]
    files: Mapping[str, str]
    judging: Judging
    summary: str = ""
    license: str = ""
    reference: str = "video"
    personal: bool = True
    seeds: tuple[int, ...] = (0,)
    repeats: int = 1
    canonical: Canonical = Canonical()
    text: str = ""
