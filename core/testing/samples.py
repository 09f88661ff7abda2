"""A small person to try parts on: moving, speaking and blinking, known exactly.

Everything is made by arithmetic, the same every time; nothing is read but the sample head.
"""

import math

import attrs
import torch
from torch import Tensor

from visemix.core.statistics import attribute_statistics
from visemix.core.testing.drawing import DrawnFrames
from visemix.core.testing.sample_face_model import SHUT, SampleFaceModel
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.audio import Audio
from visemix.core.values.features import AudioFeatures
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.rendering import Crop
from visemix.core.values.subject import AttributeStatistics, FaceFit, Subject
from visemix.core.values.track import Track

HEIGHT, WIDTH = 160, 192
"""Of the sample reference, px."""

CROP_LEFT, CROP_TOP, CROP_SIZE = 32, 16, 128
"""The square around the sample head, px."""

LOST = range(40, 43)
"""Frames of the sample reference in which the face was not seen."""

BLINKS = (12, 55)
BLINK_FRAMES = 4
AUDIO_RATE = 16_000
LAYOUT = "mediapipe-478"


@attrs.frozen
class SamplePlan:
    """What the sample person is to be like.

    Attributes:
        fps: frames per second.
        frames: of the reference; 1 for a photo.
        basis: name of the expression basis.
        expression: numbers in it.
        latent: numbers of a latent code, 0 for none.
    """

    fps: float = 25.0
    frames: int = 75
    basis: str = "landmark-mesh-64"
    expression: int = 64
    latent: int = 0


def sample_attributes(plan: SamplePlan) -> FaceAttributes:
    """Someone who turns a little, speaks and blinks."""
    time = torch.arange(plan.frames) / plan.fps
    waves = torch.sin(time[:, None] * torch.tensor([1.3, 0.9, 0.7]) + torch.arange(3))
    turned = waves * torch.tensor([4.0, 9.0, 3.0])
    place = torch.stack((49 + waves[:, 2], 2 * waves[:, 1], 1.5 * waves[:, 0]), 1)
    noise = torch.randn(plan.frames, plan.expression, generator=_random(1))
    expression = 0.05 * noise
    mouth = torch.stack((_mouth(time), 0.3 * waves[:, 0]), 1)[:, : plan.expression]
    expression[:, : mouth.shape[1]] = mouth
    latent = torch.randn(plan.frames, plan.latent, generator=_random(2)) if plan.latent else None
    return FaceAttributes(
        plan.fps,
        expression,
        plan.basis,
        HeadPose(turned, place, PoseConvention.EULER_DEG_ORTHO),
        _blink(plan.frames),
        (2.5 * _mouth(time)[:, None] * torch.linspace(0.2, 1, 5)).contiguous(),
        latent,
    )


def sample_subject(plan: SamplePlan | None = None) -> Subject:
    """The person, prepared: pictures, track, fit and sound agree with each other."""
    plan = plan or SamplePlan()
    attributes = sample_attributes(plan)
    model = SampleFaceModel(attributes)
    unseen = _subject_without_landmarks(attributes, model)
    landmarks = model.geometry(attributes, unseen).landmarks
    assert landmarks is not None
    landmarks = landmarks + torch.tensor([float(CROP_LEFT), float(CROP_TOP), 0.0])
    track = attrs.evolve(unseen.track, landmarks=landmarks)
    if plan.frames > LOST.stop:
        track = _with_lost_frames(track)
    return attrs.evolve(
        unseen,
        track=track,
        frames=DrawnFrames(landmarks, HEIGHT, WIDTH),
        statistics=attribute_statistics(unseen.fit, track),
        audio=None if plan.frames == 1 else sample_speech(plan.frames / plan.fps),
        photo=plan.frames == 1,
        digest=f"sample {plan}",
    )


def sample_speech(seconds: float, rate: int = AUDIO_RATE) -> Audio:
    """A voice of 120 Hz whose loudness is the opening of the sample person's mouth."""
    time = torch.arange(round(seconds * rate), dtype=torch.float64) / rate
    voice = sum(torch.sin(2 * math.pi * 120 * k * time) / k for k in range(1, 9))
    assert isinstance(voice, Tensor)
    return Audio((0.2 * voice * _mouth(time)).float().clamp(-1, 1), rate)


def sample_noise(seconds: float, rate: int, level: float = 0.3) -> Audio:
    """White noise between -``level`` and ``level``."""
    samples = 2 * torch.rand(round(seconds * rate), generator=_random(3)) - 1
    return Audio(level * samples, rate)


def sample_features(kind: str, shape: tuple[int, int, int], fps: float) -> AudioFeatures:
    """Feature windows [T, W, D] that drift as those of speech do."""
    frames, window, width = shape
    rows = torch.randn(frames + window + 8, width, generator=_random(4))
    rows = torch.nn.functional.avg_pool1d(rows.T[None], 5, 1)[0].T * math.sqrt(5)
    values = rows.unfold(0, window, 1)[:frames].transpose(1, 2).contiguous()
    centre = (window - 1) / 2
    return AudioFeatures(values, fps, kind, centre, centre * 1000 / fps)


def _subject_without_landmarks(attributes: FaceAttributes, model: SampleFaceModel) -> Subject:
    matrix = torch.tensor([[1.0, 0.0, -float(CROP_LEFT)], [0.0, 1.0, -float(CROP_TOP)]])
    assert attributes.blink is not None and attributes.action_units is not None
    frames = len(attributes.blink)
    track = Track(
        torch.zeros(frames, 478, 3),
        torch.ones(frames, dtype=torch.bool),
        attributes.blink,
        attributes.action_units,
        Crop(matrix, CROP_SIZE, CROP_SIZE),
        attributes.fps,
        LAYOUT,
    )
    fit: FaceFit = model.fit(track)
    zero, still = torch.zeros(1), torch.zeros(6)
    unknown = AttributeStatistics(zero, zero, still, still, 0.0, 0.0)
    frames_drawn = DrawnFrames(track.landmarks, HEIGHT, WIDTH)
    return Subject("sample", frames_drawn, track, fit, unknown)


def _with_lost_frames(track: Track) -> Track:
    """Lost frames hold the nearest tracked one."""
    found = track.found.clone()
    found[LOST.start : LOST.stop] = False
    index = torch.arange(len(found))
    index[LOST.start : LOST.stop] = LOST.start - 1
    held = {"landmarks", "blink", "action_units"}
    return attrs.evolve(track, found=found, **{name: getattr(track, name)[index] for name in held})


def _mouth(time: Tensor) -> Tensor:
    """How far the mouth is open, 0 to 1, at ``time`` in seconds."""
    syllables = torch.sin(2 * math.pi * 3.1 * time).clamp(min=0)
    phrases = (torch.sin(2 * math.pi * 0.6 * time + 0.5) > -0.5).to(time.dtype)
    return syllables * phrases


def _blink(frames: int) -> Tensor:
    blink = torch.zeros(frames)
    for start in BLINKS:
        blink[start : start + BLINK_FRAMES] = SHUT
    return blink


def _random(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
