"""What a one-photo system makes of a held-out utterance, against the truth on the same crop."""

from functools import cache
from pathlib import Path

import attrs
import torch
from torch import Tensor
from torch.nn import functional

import visemix
from visemix.core import measures
from visemix.core.errors import FaceError
from visemix.core.picture_measures import psnr, ssim
from visemix.core.sharpness import cpbd
from visemix.core.subjects.alignment import AHEAD, Aligned
from visemix.core.talking import Pipeline
from visemix.core.timeline import cut
from visemix.core.values.subject import Subject
from visemix.core.values.track import Track

LARGER = 4
"""Aligned pictures are enlarged so many times for the tracker, which wants larger faces."""

PRESENT = 1.0
"""An estimate of an action unit counts as present from here on, of 5."""

MARGIN = 32
"""Grey pixels around them, for the same reason."""

MOUTH = (0.547, 0.898, -0.203, 0.203)
"""Top, bottom, left and right of mouth and chin in an aligned picture, in heights; the last two
from its middle."""


@attrs.frozen
class Figures:
    """Means over clips.

    Attributes:
        psnr: dB, aligned pictures after the first, which was given.
        ssim: of them.
        cpbd: of the made ones.
        cpbd_real: of the real ones.
        lips: correlation of the lip gap with the truth; 0 for a mouth that never moves.
        units_f1: of the estimated action units, mean over those that the truth shows.
        units_right: share of frames with the right presence, mean over all five.
        blinks_per_s: of the made ones.
        blinks_real: of the real ones.
    """

    psnr: float
    ssim: float
    cpbd: float
    cpbd_real: float
    lips: float
    units_f1: float
    units_right: float
    blinks_per_s: float
    blinks_real: float


def mean(rows: list[Figures]) -> Figures:
    """Over several clips."""
    columns = zip(*(attrs.astuple(row) for row in rows), strict=True)
    return Figures(*(sum(column) / len(rows) for column in columns))


def measure(run: Path, clip: Path, folder: Path) -> Figures:
    """The first frame of a clip, saying the clip's sound.

    Args:
        run: of ``visemix train``.
        clip: the video, for its sound.
        folder: its prepared subject.
    """
    subject = Subject.load(folder)
    made = _generated(_pipeline(run), clip, _photo_of(subject))
    return _compare(made, subject)


def control(run: Path, clip: Path, folder: Path) -> Figures:
    """The first frame, standing still, in the pictures' size of ``run``."""
    subject = Subject.load(folder)
    size = _generated(_pipeline(run), clip, _photo_of(subject)).shape[2:]
    real = _aligned(subject, size[0], size[1])
    return _compare(real[:1].expand_as(real), subject)


def perfect_mouth(run: Path, clip: Path, folder: Path) -> dict[str, float]:
    """PSNR and SSIM of the first frame, standing still, with the true mouth of every frame in it.

    What no better lips could exceed; the rest is a head that moves.
    """
    subject = Subject.load(folder)
    height, width = _generated(_pipeline(run), clip, _photo_of(subject)).shape[2:]
    real = _aligned(subject, height, width)
    made = real[:1].expand_as(real).clone()
    top, bottom, left, right = (round(edge * height) for edge in MOUTH)
    place = (slice(top, bottom), slice(width // 2 + left, width // 2 + right))
    made[..., place[0], place[1]] = real[..., place[0], place[1]]
    return {"psnr": psnr(made[1:], real[1:]), "ssim": ssim(made[1:], real[1:])}


@cache
def _pipeline(run: Path) -> Pipeline:
    return visemix.load(str(run), ["refiner.paste=aligned"], checkpoint=run)


_MADE: dict[tuple[int, Path], Tensor] = {}
"""Pictures that were made in this process: the control needs their size."""


def _generated(pipeline: Pipeline, clip: Path, photo: Subject) -> Tensor:
    place = (id(pipeline), clip)
    if place not in _MADE:
        blocks = pipeline.generate(clip, photo, seed=1).frames()
        _MADE[place] = torch.cat([frames.rgb for frames in blocks])
    return _MADE[place]


def _photo_of(subject: Subject) -> Subject:
    """The person as their first frame shows them, aligned as it is in the clip.

    A photo has no next frames, so its landmarks would not be averaged over them, and all pictures
    made of it would lie a little beside those that they are compared with. The papers, too, give
    the first picture of an aligned clip.
    """
    fit = attrs.evolve(subject.fit, attributes=cut(subject.fit.attributes, 0, 1))
    landmarks = subject.track.landmarks[: AHEAD + 1].mean(0, keepdim=True)
    track = attrs.evolve(cut(subject.track, 0, 1), landmarks=landmarks)
    return attrs.evolve(subject, track=track, fit=fit, audio=None, photo=True, digest="")


def _aligned(subject: Subject, height: int, width: int) -> Tensor:
    """[T, 3, H, W] uint8, the true pictures."""
    aligned = Aligned(height, width)
    crops = aligned.crops(subject.track)
    pictures = [aligned.picture(subject.frames[k], crop) for k, crop in enumerate(crops)]
    return torch.stack([torch.from_numpy(picture).permute(2, 0, 1) for picture in pictures])


def _compare(made: Tensor, subject: Subject) -> Figures:
    real = _aligned(subject, made.shape[2], made.shape[3])
    count = min(len(made), len(real))
    made, real = made[:count].contiguous(), real[:count]
    ours, truth = _track(made), _truth(subject.name, real)
    large = min(made.shape[2:]) >= 64
    return Figures(
        psnr=psnr(made[1:], real[1:]),  # the first frame was given: standing still it is perfect
        ssim=ssim(made[1:], real[1:]),
        cpbd=cpbd(made) if large else float("nan"),
        cpbd_real=cpbd(real) if large else float("nan"),
        lips=0.0
        if ours is None or truth is None
        else measures.lip_gap_correlation(ours.landmarks, truth.landmarks, truth.landmarks[0]),
        units_f1=_units_f1(ours, truth),
        units_right=_units_right(ours, truth),
        blinks_per_s=_blinks(ours),
        blinks_real=_blinks(truth),
    )


def _units_f1(made: Track | None, real: Track | None) -> float:
    if made is None or real is None:
        return 0.0
    said, true = made.action_units >= PRESENT, real.action_units >= PRESENT
    shown = true.any(0)
    both, either = (said & true).sum(0), said.sum(0) + true.sum(0)
    return float((2 * both / either)[shown].mean()) if bool(shown.any()) else float("nan")


def _units_right(made: Track | None, real: Track | None) -> float:
    if made is None or real is None:
        return 0.0
    said, true = made.action_units >= PRESENT, real.action_units >= PRESENT
    return float((said == true).float().mean())


def _blinks(track: Track | None) -> float:
    if track is None:
        return 0.0
    ratio = measures.eye_aspect_ratio(track.landmarks)
    return len(measures.blinks(ratio)) * track.fps / len(ratio)


_TRUTHS: dict[tuple[str, torch.Size], Track | None] = {}
"""Landmarks in real pictures: every comparison needs them."""


def _truth(name: str, real: Tensor) -> Track | None:
    place = (name, real.shape)
    if place not in _TRUTHS:
        _TRUTHS[place] = _track(real)
    return _TRUTHS[place]


def _track(pictures: Tensor) -> Track | None:
    """Anybody's landmarks in pictures [T, 3, h, w]; None where no face is seen."""
    large = functional.interpolate(pictures.float(), scale_factor=LARGER, mode="bicubic")
    framed = functional.pad(large.clamp(0, 255), (MARGIN,) * 4, value=128.0)
    frames = framed.round().to(torch.uint8).permute(0, 2, 3, 1).contiguous().numpy()
    tracker = visemix.load("default", ["tracker.looks=1"]).parts.tracker
    try:
        return tracker.track(frames, 25.0)
    except FaceError:
        return None
