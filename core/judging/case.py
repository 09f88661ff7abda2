"""Case: a made video, the true one, what the system was given. Observation: what a metric saw.

Everything that a metric compares went through the same canonical transcode and is looked at in
the same crop, that of the truth.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs
import torch
from torch import Tensor

from visemix.core.judging.cost import Cost
from visemix.core.shapes import Value, positive
from visemix.core.subjects.cropped import crop_picture
from visemix.core.values.audio import Audio
from visemix.core.values.rendering import Crop
from visemix.core.values.subject import Picture, ReferenceFrames
from visemix.core.values.track import Track


@attrs.frozen(eq=False)
class Take(Value):
    """One video, as every metric sees it.

    Attributes:
        name: of the clip.
        person: who is seen in it.
        frames: its pictures, read on demand.
        crop: constant crop of the true face, where pictures are compared.
        fps: frames per second.
        track: its face, tracked by the protocol's tracker; None where none was seen.
        audio: its sound.
        file: the video, for metrics that need a file.
    """

    name: str
    person: str
    frames: ReferenceFrames
    crop: Crop
    fps: float = attrs.field(validator=positive)
    track: Track | None = None
    audio: Audio | None = None
    file: Path | None = None

    def pictures(self) -> Iterator[Picture]:
        """[height, width, 3] uint8, frame by frame: the crop of the true face."""
        for index in range(len(self.frames)):
            yield crop_picture(self.frames[index], self.crop)


@attrs.frozen(eq=False)
class Case:  # no Value: its takes differ in length
    """What one system made of one clip.

    Attributes:
        made: its video.
        real: the truth; as many frames as ``made``, the shorter decides.
        reference: what the system was given of the person: one frame for a photo.
        said: the words that are spoken, where the protocol knows them.
        cost: what it took; None for controls.
    """

    made: Take
    real: Take
    reference: Take
    said: str = ""
    cost: Cost | None = None


@attrs.frozen(eq=False)
class Observation(Value):
    """What a metric saw in one case: small tensors, kept beside the video.

    Attributes:
        values: name -> tensor; "value" is [] or [N], the case's own figure or its samples.
        note: what a reader should know ("no face in 12 frames").
    """

    values: Mapping[str, Tensor]
    note: str = ""

    @staticmethod
    def of(value: float, note: str = "") -> "Observation":
        """One figure; NaN where it could not be measured."""
        return Observation({"value": torch.tensor(float(value))}, note)


def mean_value(observations: Sequence[Observation]) -> float:
    """Mean of their "value", without those that could not be measured; NaN if none could."""
    values = torch.stack([o.values["value"].float().mean() for o in observations])
    measured = values[~values.isnan()]
    return float(measured.mean()) if len(measured) else float("nan")
