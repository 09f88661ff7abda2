"""The whole flow: sound and a subject in, finished frames out, window by window.

audio -> AudioEncoder -> AttributeModel (HeadMotion) -> ReferenceMatcher -> FaceModel -> Renderer
-> Refiner
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import tee
from pathlib import Path
from typing import Protocol

import attrs

from visemix.core.encoding import encode_clip, encode_stream
from visemix.core.errors import SubjectError
from visemix.core.interfaces import (
    AttributeModel,
    AudioEncoder,
    FaceModel,
    FaceTracker,
    HeadMotion,
    ReferenceMatcher,
    Refiner,
    Renderer,
    Speaking,
)
from visemix.core.progress import Progress, Quiet
from visemix.core.timeline import cut, join, length
from visemix.core.values.attributes import FaceAttributes, Match
from visemix.core.values.audio import Audio
from visemix.core.values.features import AudioFeatures
from visemix.core.values.frames import Frames
from visemix.core.values.rendering import Shot
from visemix.core.values.subject import Subject
from visemix.core.windows import Windowed

SMOOTHED_AT_ONCE = 32
"""Frames per call of a filter over the attributes."""


@attrs.frozen(eq=False)
class Parts:
    """The built parts of one recipe.

    Attributes:
        tracker: reference -> track.
        audio_encoder: sound -> features.
        attribute_model: features -> attributes.
        matcher: attributes -> attributes and reference frames.
        face_model: attributes -> geometry.
        renderer: geometry -> rendering.
        refiner: rendering -> frames.
        head_motion: features -> pose, in place of the attribute model's; None for that.
    """

    tracker: FaceTracker
    audio_encoder: AudioEncoder
    attribute_model: AttributeModel
    matcher: ReferenceMatcher
    face_model: FaceModel
    renderer: Renderer
    refiner: Refiner
    head_motion: HeadMotion | None = None


def attributes_of(
    parts: Parts, chunks: Iterable[Audio], subject: Subject, seed: int
) -> Iterator[FaceAttributes]:
    """What the face does while it says ``chunks``."""
    features = encode_stream(parts.audio_encoder, chunks)
    if parts.head_motion is None:
        return _said(parts.attribute_model, features, subject, seed)
    heard, felt = tee(features)
    said = _said(parts.attribute_model, heard, subject, seed)
    return posed(said, _said(parts.head_motion, felt, subject, seed))


def _said(
    model: Speaking,
    features: Iterable[AudioFeatures],
    subject: Subject,
    seed: int,
) -> Iterator[FaceAttributes]:
    said = Windowed(model.window, model.predict, model.begin(subject, seed)).run(features)
    if model.smoothing is None:
        return said
    return Windowed(model.smoothing.runner(SMOOTHED_AT_ONCE), model.smoothing.step).run(said)


def posed(
    said: Iterable[FaceAttributes], heads: Iterable[FaceAttributes]
) -> Iterator[FaceAttributes]:
    """``said``, block by block, with the poses of ``heads`` in place of its own.

    Args:
        said: blocks of any lengths.
        heads: as many frames, in blocks of other lengths.
    """
    coming = iter(heads)
    held: list[FaceAttributes] = []
    for block in said:
        wanted = length(block)
        while sum(length(part) for part in held) < wanted:
            held.append(next(coming))
        ready = join(held)
        yield attrs.evolve(block, pose=cut(ready, 0, wanted).pose)
        rest = length(ready) - wanted
        held = [cut(ready, wanted, wanted + rest)] if rest else []


def frames_of_attributes(
    parts: Parts, attributes: Iterable[FaceAttributes], subject: Subject
) -> Iterator[Frames]:
    """The pictures of a face that does ``attributes`` (the flow from the matcher on)."""
    matcher, refiner = parts.matcher, parts.refiner
    begun = matcher.begin(subject, parts.face_model)
    matches = Windowed(matcher.window, matcher.match, begun).run(attributes)
    shots = (draw(parts, match, subject) for match in matches)
    yield from Windowed(refiner.window, refiner.refine, refiner.begin(subject)).run(shots)


def draw(parts: Parts, match: Match, subject: Subject) -> Shot:
    """The mesh of every frame, drawn."""
    geometry = parts.face_model.geometry(match.attributes, subject)
    return Shot(parts.renderer.render(geometry), match)


def personalised(parts: Parts, subject: Subject, progress: Progress) -> Parts:
    """``parts`` with those that speak adapted to the person, if there is sound to learn from."""
    if subject.photo or subject.audio is None:
        return parts
    task = "learning how this person speaks"
    progress.begin(task, None)
    try:
        features = reference_features(parts.audio_encoder, subject)
        model = parts.attribute_model.personalise(subject, features)
        motion = parts.head_motion and parts.head_motion.personalise(subject, features)
    finally:
        progress.end(task)
    return attrs.evolve(parts, attribute_model=model, head_motion=motion)


def reference_features(encoder: AudioEncoder, subject: Subject) -> AudioFeatures:
    """Features of the reference's own sound, one window per reference frame.

    Raises:
        SubjectError: the subject has no sound, or was prepared at another frame rate.
    """
    if subject.audio is None:
        raise SubjectError("it has no sound to learn from", where=subject.name)
    check_rate(subject, encoder.fps)
    return cut(encode_clip(encoder, subject.audio), 0, length(subject.track))


def check_rate(subject: Subject, fps: float) -> None:
    """Refuse a subject whose frame rate is not the recipe's.

    Raises:
        SubjectError: the rates differ.
    """
    if abs(subject.fps - fps) > 1e-3:
        raise SubjectError(
            f"it was prepared at {subject.fps:g} frames per second, the recipe makes {fps:g}",
            where=subject.folder or subject.name,
            do=f"prepare it again, or use --set video.fps={subject.fps:g}",
        )


@attrs.frozen
class Request:
    """What one video was made from; goes into its lock.

    Attributes:
        audio: the sound file.
        reference: the reference file or subject folder, where it is known.
        subject: digest of the prepared subject.
        seed: of everything random.
        seconds: length limit, None for all.
        face: which face of the reference was asked for.
    """

    audio: Path
    reference: Path | None
    subject: str
    seed: int
    seconds: float | None = None
    face: int | None = None


class Provenance(Protocol):
    """Writes down how a video was made."""

    def metadata(self, request: Request) -> Mapping[str, str]:
        """Container metadata of the video that ``request`` makes."""
        ...


class NoProvenance:
    """Writes nothing down."""

    def metadata(self, request: Request) -> Mapping[str, str]:
        """See Provenance."""
        del request
        return {}


@attrs.frozen(eq=False)
class Settings:
    """What a recipe says of the video as a whole.

    Attributes:
        fps: frames per second of the output and of prepared subjects.
        max_seconds: how much of a reference is used.
        progress: who is told how far a job is.
        provenance: writes the lock.
        key: names the parts that prepare a subject, with their settings; another key prepares it
            again.
    """

    fps: float = 25.0
    max_seconds: float = 60.0
    progress: Progress = attrs.field(factory=Quiet)
    provenance: Provenance = attrs.field(factory=NoProvenance)
    key: str = ""
