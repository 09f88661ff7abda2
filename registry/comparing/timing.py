"""Times of a pipeline at work: when frames are finished, how long its parts take."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import attrs

from visemix.core.pipeline import Parts
from visemix.core.talking import Pipeline
from visemix.core.timeline import length
from visemix.core.values.audio import Audio
from visemix.core.values.frames import Frames
from visemix.core.values.subject import Subject

METHODS: Mapping[str, tuple[str, ...]] = {
    "audio_encoder": ("encode",),
    "attribute_model": ("begin", "predict"),
    "head_motion": ("begin", "predict"),
    "matcher": ("begin", "match"),
    "face_model": ("geometry",),
    "renderer": ("render",),
    "refiner": ("begin", "refine"),
}
"""Part -> what a pipeline calls while it makes a video."""


@attrs.define(eq=False)
class Clock:
    """What was measured since it was started.

    Attributes:
        begun: when it was started.
        finished: (seconds since then, frames) of every block of frames.
        stages: part -> seconds.
    """

    begun: float = 0.0
    finished: list[tuple[float, int]] = attrs.field(factory=list)
    stages: dict[str, float] = attrs.field(factory=dict)

    def start(self) -> None:
        """Forget what was measured; time runs from now."""
        self.finished, self.stages = [], {}
        self.begun = time.perf_counter()

    def made(self, frames: int) -> None:
        """So many frames are finished."""
        self.finished.append((time.perf_counter() - self.begun, frames))

    @property
    def first_frame_s(self) -> float:
        """Until the first frames were finished."""
        return self.finished[0][0]

    @property
    def frame_s(self) -> tuple[float, ...]:
        """Seconds a frame, in order. Frames come in blocks: those of one share its time."""
        starts = [0.0, *(seconds for seconds, _ in self.finished)]
        return tuple(
            (seconds - start) / frames
            for start, (seconds, frames) in zip(starts, self.finished, strict=False)
            for _ in range(frames)
        )

    def timed(self, stage: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """``call``, whose time counts for ``stage``."""

        def measured(*args: object, **named: object) -> object:
            begun = time.perf_counter()
            try:
                return call(*args, **named)
            finally:
                spent = time.perf_counter() - begun
                self.stages[stage] = self.stages.get(stage, 0.0) + spent

        return measured


class Watched:
    """A part whose work is timed; in everything else it is that part, its class too."""

    def __init__(self, part: object, stage: str, clock: Clock) -> None:
        self._watched = part
        self._stage = stage
        self._clock = clock

    @property  # type: ignore[misc]  # isinstance() asks the instance
    def __class__(self) -> type:  # pyright: ignore[reportIncompatibleMethodOverride]
        return type(self._watched)

    def __getattr__(self, name: str) -> Any:
        """What the part has; calls that a pipeline makes are timed."""
        found = getattr(self._watched, name)
        if name in METHODS.get(self._stage, ()):
            return self._clock.timed(self._stage, found)
        return found


class TimedPipeline(Pipeline):
    """A pipeline that tells a clock when frames are finished and what its parts take.

    Args:
        pipeline: what runs.
        clock: is told.
    """

    def __init__(self, pipeline: Pipeline, clock: Clock) -> None:
        super().__init__(pipeline.parts, pipeline.settings)
        self.clock = clock

    def adapt(self, subject: Subject) -> Parts:
        """See Pipeline; the parts are timed."""
        parts = super().adapt(subject)
        # Any is safe here: what is watched has the class of the part
        watched: dict[str, Any] = {
            field.name: Watched(part, field.name, self.clock)
            for field in attrs.fields(Parts)
            if (part := getattr(parts, field.name)) is not None
        }
        return attrs.evolve(parts, **watched)

    def stream(
        self, chunks: Iterable[Audio], subject: Subject, *, seed: int = 0
    ) -> Iterator[Frames]:
        """See Pipeline."""
        for frames in super().stream(chunks, subject, seed=seed):
            self.clock.made(length(frames))
            yield frames
