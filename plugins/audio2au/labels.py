"""Which action units are present in the frames of a clip: OpenFace's word, or our own estimate."""

from collections.abc import Sequence

import attrs
import torch
from torch import Tensor

from visemix.core.subjects.openface import OPENFACE, read_openface
from visemix.core.training.dataset import Example

UNITS = ("AU10", "AU14", "AU20", "AU25", "AU26")
"""In the order of FaceAttributes.action_units."""

PRESENT = 1.0
"""Of 5: an estimate from landmarks counts as present from here on (FACS: level A, a trace)."""

TOP = 5.0
"""Intensity of an action unit that is surely present."""

FROM_OPENFACE = "labels from OpenFace"
"""Term of the losses that tells the share of frames with OpenFace's labels."""


@attrs.frozen(eq=False)
class Labels:
    """Of one clip.

    Attributes:
        present: [T, 5] float32, 1 where the action unit is there, else 0.
        openface: whether OpenFace says so.
    """

    present: Tensor
    openface: bool


def labels_of(example: Example) -> Labels:
    """``AUxx_c`` of the table in the clip's folder, else estimates of the tracker, thresholded.

    Raises:
        DatasetError: there is a table, and it cannot be used.
    """
    subject = example.subject
    path = subject.folder / OPENFACE if subject.folder else None
    if path is None or not path.is_file():
        return Labels((subject.track.action_units >= PRESENT).float(), openface=False)
    frames = len(subject.track.found)
    found = read_openface(path).at([f"{unit}_c" for unit in UNITS], subject.fps, frames)
    return Labels((found > 0.5).float(), openface=True)


def occurrence(labels: Sequence[Tensor]) -> Tensor:
    """[5] how often each action unit is there.

    Args:
        labels: [T, 5] of each clip, its usable frames.
    """
    return torch.cat(list(labels)).mean(0)


def intensities(logits: Tensor) -> Tensor:
    """Presence as an intensity: 0 for surely absent, 5 for surely present, linear in between.

    It is a probability on the scale of FaceAttributes.action_units, not the strength of a muscle.

    Args:
        logits: [..., 5].
    """
    return TOP * torch.sigmoid(logits)
