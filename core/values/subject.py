"""Subject: what was learned of the person to show."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Protocol

import attrs
import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from visemix.core.shapes import Array, Value
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.audio import Audio
from visemix.core.values.track import Track

Picture = NDArray[np.uint8]
"""One full frame, [H, W, 3] uint8, sRGB."""


class ReferenceFrames(Protocol):
    """The pictures of a reference, read on demand."""

    height: int
    width: int

    def __len__(self) -> int:
        """Number of frames."""
        ...

    def __getitem__(self, index: int) -> Picture:
        """Frame ``index``, [H, W, 3] uint8; the caller must not write into it."""
        ...


@attrs.frozen(eq=False)
class AttributeStatistics(Value):
    """Mean and spread of a person's attributes over the reference.

    Attributes:
        expression_mean, expression_std: [E] float32; E = 0 where the face model has none.
        pose_mean, pose_std: [6] float32, rotation then translation in the convention of the
            subject's attributes; 0 where the face model has no pose.
        blinks_per_s: blink rate.
        blink_s: median blink duration, seconds.
    """

    expression_mean: Annotated[Tensor, Array("E")]
    expression_std: Annotated[Tensor, Array("E", low=0)]
    pose_mean: Annotated[Tensor, Array("6")]
    pose_std: Annotated[Tensor, Array("6", low=0)]
    blinks_per_s: float
    blink_s: float


@attrs.frozen(eq=False)
class FaceFit(Value):
    """What a face model learned from a track.

    Attributes:
        model: name and version of the face model ("landmark-mesh").
        neutral: [V, 3] float32, the person's neutral shape, model units.
        attributes: expression, pose and blink of every reference frame.
        identity: [I] float32 identity coefficients, where the model has them.
        colors: [V, 3] float32 albedo in [0, 1], where it was estimated.
        light: [27] float32 spherical-harmonic light.
        error_px: mean distance of the fitted to the tracked landmarks, full-frame px.
    """

    model: str
    neutral: Annotated[Tensor, Array("V 3")]
    attributes: FaceAttributes
    identity: Annotated[Tensor, Array("I")] | None = None
    colors: Annotated[Tensor, Array("V 3", low=0, high=1)] | None = None
    light: Annotated[Tensor, Array("27")] | None = None
    error_px: float = 0.0


@attrs.frozen(eq=False)
class Subject(Value):
    """A person, prepared once, used by every later stage.

    Attributes:
        name: what the user calls it; the stem of the reference file.
        frames: the reference's pictures, read on demand.
        track: the face in them.
        fit: the face model's view of them.
        statistics: how this person moves.
        audio: the reference's own sound at 16 kHz, if it has any.
        identity: [D] float32 unit vector of a recognition network, if one was run.
        photo: whether the reference is one still picture.
        digest: hash of the reference's content and of how it was prepared.
        folder: where it is stored, once it is; personal weights are kept there.
        notes: what the user should know ("the face was lost in 12 of 300 frames").
    """

    name: str
    frames: ReferenceFrames
    track: Track
    fit: FaceFit
    statistics: AttributeStatistics
    audio: Audio | None = None
    identity: Annotated[Tensor, Array("D")] | None = None
    photo: bool = False
    digest: str = ""
    folder: Path | None = None
    notes: Sequence[str] = ()

    @property
    def fps(self) -> float:
        """Frames per second of the reference."""
        return self.track.fps

    def save(self, folder: str | Path, *, overwrite: bool = False) -> "Subject":
        """Keep it in a folder; the same subject, read back from there.

        Raises:
            OutputError: the folder has something in it, or cannot be written.
        """
        from visemix.core.subjects import folder as storage  # how it is stored is known there only

        return storage.save_subject(self, Path(folder), overwrite=overwrite)

    @staticmethod
    def load(folder: str | Path) -> "Subject":
        """Read what ``save`` or ``visemix prepare`` wrote.

        Raises:
            SubjectError: it is missing, damaged, or of another version.
        """
        from visemix.core.subjects import folder as storage  # as above

        return storage.load_subject(Path(folder))
