"""Videos of landmarks that are given, for tests of metrics."""

import attrs
import torch
from torch import Tensor

from visemix.core.judging.case import Case, Take
from visemix.core.testing.control_cases import take_of
from visemix.core.testing.sample_face_model import SampleFaceModel
from visemix.core.testing.samples import SamplePlan, sample_speech, sample_subject
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.rendering import Crop
from visemix.core.values.track import Track

SIZE = 128
"""Side of the pictures, px; the crop is the whole of them."""

FPS = 25.0


def take_with(landmarks: Tensor, person: str = "ann", fps: float = FPS) -> Take:
    """A video of which the landmarks [T, 478, 3] px are known; its crop is the whole picture.

    Its pictures and its sound are those of the sample person.
    """
    frames = len(landmarks)
    crop = Crop.full(SIZE, SIZE)
    seen, nothing = torch.ones(frames, dtype=torch.bool), torch.zeros(frames, 5)
    track = Track(landmarks.float(), seen, torch.zeros(frames), nothing, crop, fps)
    sample = take_of(sample_subject())
    sound = sample_speech(frames / fps)
    return attrs.evolve(
        sample, name=f"{person}'s clip", person=person, crop=crop, fps=fps, track=track, audio=sound
    )


def case_of(made: Tensor, real: Tensor, reference: Tensor | None = None) -> Case:
    """Landmarks against landmarks; the truth is the reference if there is none."""
    return Case(
        take_with(made), take_with(real), take_with(real if reference is None else reference)
    )


def losing(take: Take, frames: list[int]) -> Take:
    """The same video, with the face lost in some frames."""
    assert take.track is not None
    found = take.track.found.clone()
    found[frames] = False
    return attrs.evolve(take, track=attrs.evolve(take.track, found=found))


def landmarks_of(attributes: FaceAttributes) -> Tensor:
    """Landmarks [T, 478, 3] of the sample person, who moves as told, in a picture of SIZE px."""
    subject = sample_subject(SamplePlan(frames=1))
    points = SampleFaceModel(attributes).geometry(attributes, subject).landmarks
    assert points is not None
    return points
