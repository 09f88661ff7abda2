"""What the generator is shown when a video is made."""

import torch
from torch import Tensor

from visemix.core.compositing.paste import heaviest
from visemix.core.errors import InvalidValue
from visemix.core.subjects.cropped import crop_picture
from visemix.core.subjects.few_frames import few_frames
from visemix.core.training.frame_batch import signed
from visemix.core.values.rendering import Crop, Shot
from visemix.core.values.subject import Subject
from visemix.plugins.rhythmic_head.generator.edges import seen_edges, wanted_edges
from visemix.plugins.rhythmic_head.generator.scene import Known, Scene

KEPT = 64
"""Crops of reference frames that are remembered; matched ones come again and again."""


class Pictures:
    """Crops of somebody's reference frames with their edge maps.

    Args:
        subject: who.
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._kept: dict[tuple[int, bytes, int, int], tuple[Tensor, Tensor]] = {}

    @property
    def count(self) -> int:
        """How many crops are kept."""
        return len(self._kept)

    def of(self, frame: int, crop: Crop) -> tuple[Tensor, Tensor]:
        """[3, h, w] in [-1, 1] and [1, h, w] in [0, 1]."""
        key = (frame, crop.matrix.numpy().tobytes(), crop.height, crop.width)
        if key not in self._kept:
            if len(self._kept) >= KEPT:
                self._kept.pop(next(iter(self._kept)))
            picture = torch.tensor(crop_picture(self.subject.frames[frame], crop))
            edges = seen_edges(self.subject.track, torch.tensor([frame]), crop)
            self._kept[key] = (signed(picture.permute(2, 0, 1)), edges[0])
        return self._kept[key]


def known_of(pictures: Pictures, count: int, device: torch.device) -> Known:
    """The K references of a person, frontal one first, in the person's own crop.

    Raises:
        InvalidValue: the subject has no head pose.
    """
    subject = pictures.subject
    few = few_frames(subject, count).tolist()
    shown, edges = zip(*(pictures.of(frame, subject.track.crop) for frame in few), strict=True)
    return Known(torch.stack(shown)[None].to(device), torch.stack(edges)[None].to(device))


def scene_of(shot: Shot, pictures: Pictures, device: torch.device) -> Scene:
    """What is to be made of every frame of a shot.

    The matched reference is that of the face, or that of the base where the matcher chose none.

    Raises:
        InvalidValue: the renderer makes no picture, or the face model no landmarks.
    """
    rendering = shot.rendering
    height, width = rendering.alpha.shape[2:]
    if rendering.rgb.shape[2:] != rendering.alpha.shape[2:]:
        do = "set the renderer's shade: true"
        raise InvalidValue("the renderer makes no picture", where="Rendering.rgb", do=do)
    frames = heaviest(shot.match.face or shot.match.base).tolist()
    crops = (Crop(matrix, height, width) for matrix in rendering.crop)
    matched = [pictures.of(frame, crop) for frame, crop in zip(frames, crops, strict=True)]
    return Scene(
        landmarks=wanted_edges(rendering),
        render=rendering.rgb * 2 - 1,
        alpha=rendering.alpha,
        matched=torch.stack([picture for picture, _ in matched]),
        matched_landmarks=torch.stack([edges for _, edges in matched]),
    ).each(lambda picture: picture.to(device))
