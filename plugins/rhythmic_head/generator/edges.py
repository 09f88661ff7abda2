"""Edge maps of clips, of references and of wanted faces."""

import attrs
import torch
from torch import Tensor

from visemix.core.drawing.landmark_map import draw_landmarks
from visemix.core.errors import InvalidValue, TrainingError
from visemix.core.training.render_bank import RenderBank
from visemix.core.values.rendering import Crop, Rendering
from visemix.core.values.track import Track

WANTED = "landmarks"
"""Map of the landmarks of the face that is drawn."""

SEEN = "seen landmarks"
"""Map of the landmarks that the tracker saw in a real picture."""


def wanted_edges(rendering: Rendering) -> Tensor:
    """[T, 1, H, W] in [0, 1]; drawn here if the renderer has not.

    Raises:
        InvalidValue: the face model has no landmarks.
    """
    if WANTED in rendering.maps:
        return rendering.maps[WANTED]
    if rendering.landmarks is None:
        do = "use a face model that gives landmarks"
        raise InvalidValue("the drawn face has no landmarks", where="Rendering.landmarks", do=do)
    return draw_landmarks(rendering.landmarks, *rendering.alpha.shape[2:])


def seen_edges(track: Track, frames: Tensor, crop: Crop) -> Tensor:
    """[N, 1, H, W] in [0, 1], of tracked landmarks.

    Args:
        track: of the reference.
        frames: [N] int64, of it.
        crop: what is shown of the full frame.
    """
    points = track.landmarks[frames][..., :2]
    placed = points @ crop.matrix[:, :2].T + crop.matrix[:, 2]
    return draw_landmarks(placed, crop.height, crop.width)


def with_edges(bank: RenderBank) -> RenderBank:
    """A clip with both edge maps of every frame.

    Raises:
        TrainingError: the face model has no landmarks.
    """
    if bank.landmarks is None:
        do = "use a face model that gives landmarks"
        raise TrainingError("the drawn faces have no landmarks", where="face_model", do=do)
    track = bank.example.subject.track
    wanted = draw_landmarks(bank.landmarks, *bank.real.shape[2:])
    seen = seen_edges(track, torch.arange(len(bank)), track.crop)
    maps = {WANTED: _levels(wanted), SEEN: _levels(seen)}
    return attrs.evolve(bank, maps={**bank.maps, **maps})


def _levels(edges: Tensor) -> Tensor:
    return (edges * 255).round().to(torch.uint8)
