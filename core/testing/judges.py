"""What every Discriminator, Metric and IdentityEncoder must do."""

import math

import attrs
import torch
from torch import Tensor

from visemix.core.interfaces import Discriminator, IdentityEncoder, Judgement, Metric, Sample
from visemix.core.judging.case import Case, Take
from visemix.core.testing.expectations import expect
from visemix.core.testing.promise import Promise
from visemix.core.testing.samples import sample_subject
from visemix.core.timeline import cut
from visemix.core.values.subject import Picture, Subject
from visemix.core.values.track import Track

JUDGED = ("attributes", "frames", "sequence", "audio-video", "action-units")
BATCH, FRAMES, SIZE = 2, 8, 64
WIDTH = 70
"""Numbers of one frame of attributes where the contract does not say."""


def check_discriminator_judges(discriminator: Discriminator, promise: Promise) -> None:
    """It judges what it says, finitely, and the generator can learn from it."""
    judges = discriminator.judges
    expect(judges in JUDGED, f"judges must be one of {', '.join(JUDGED)}, it is {judges!r}")
    sample = sample_for(judges, promise)
    network = discriminator.network(sample)
    judgement = network(sample)
    expect(isinstance(judgement, Judgement), f"its network must give a Judgement: {judgement!r}")
    expect(len(judgement.scores) > 0, "it gives no scores")
    for scores in judgement.scores:
        expect(bool(scores.isfinite().all()), "it gives scores that are not finite")
    total = torch.stack([scores.sum() for scores in judgement.scores]).sum()
    expect(total.requires_grad, "its scores do not depend on anything that can learn")
    judged = sample.attributes if judges == "attributes" else sample.frames
    assert judged is not None
    (slope,) = torch.autograd.grad(total, judged, allow_unused=True)
    expect(slope is not None and bool(slope.any()), "no gradient reaches what it judges")


def sample_for(judges: str, promise: Promise) -> Sample:
    """What a discriminator of that kind is shown."""
    size = int(promise.wanted("frames", "size", SIZE))
    width = int(promise.wanted("attributes", "width", WIDTH))
    pictures = _numbers(BATCH, 3, size, size)
    clips = _numbers(BATCH, FRAMES, 3, size, size)
    sound = _numbers(BATCH, FRAMES, 3200)
    if judges == "attributes":
        return Sample(attributes=_numbers(BATCH, FRAMES, width), sound=sound)
    if judges in ("frames", "action-units"):
        return Sample(frames=pictures, condition=pictures.detach())
    if judges == "sequence":
        return Sample(frames=clips, condition=clips.detach(), sound=sound)
    return Sample(frames=clips, sound=sound)


def check_metric_order(metric: Metric, promise: Promise) -> None:
    """A number or a reason; the truth is no worse than something else."""
    subject = sample_subject()
    real = take_of(subject)
    still = attrs.evolve(real, frames=Still(subject), track=_still(subject.track))
    seen = [metric.observe(Case(made, real, real)) for made in (real, still)]
    for observation in seen:
        lost = any(bool(v.isnan().any()) for v in observation.values.values())
        expect(not lost or observation.note != "", "what it cannot measure needs a note")
    best, other = (metric.conclude([observation]) for observation in seen)
    expect(not any(math.isinf(v) and v < 0 for v in (best, other)), "minus infinity")
    measure = promise.contract.measure
    if measure is None or measure.better == "nearer" or math.isnan(best) or math.isnan(other):
        return
    better = best >= other if measure.better == "larger" else best <= other
    expect(better, f"a face that stands still ({other}) beats the truth ({best})")


def take_of(subject: Subject) -> Take:
    """A subject's own video, as a metric sees it."""
    return Take(
        name="sample",
        person=subject.name,
        frames=subject.frames,
        crop=subject.track.crop,
        fps=subject.fps,
        track=subject.track,
        audio=subject.audio,
    )


class Still:
    """The first picture of a subject, over and over."""

    def __init__(self, subject: Subject) -> None:
        """Stand still as ``subject`` does in its first frame."""
        self._frames = subject.frames
        self.height, self.width = subject.frames.height, subject.frames.width

    def __len__(self) -> int:
        """As many as the subject has."""
        return len(self._frames)

    def __getitem__(self, index: int) -> Picture:
        """Frame 0."""
        del index
        return self._frames[0]


def _still(track: Track) -> Track:
    return attrs.evolve(track, landmarks=track.landmarks[:1].expand_as(track.landmarks))


def check_identity_vector(encoder: IdentityEncoder, promise: Promise) -> None:
    """A unit vector a picture, the same every time."""
    del promise
    subject = sample_subject()
    pictures = [subject.frames[k] for k in range(3)]
    track = cut(subject.track, 0, len(pictures))
    vectors = encoder.embed(pictures, track)
    expect(vectors.ndim == 2, f"it must give [N, D], it gives {list(vectors.shape)}")
    expect(len(vectors) == len(pictures), f"{len(pictures)} pictures gave {len(vectors)} vectors")
    norm = float(vectors[0].norm())
    expect(abs(norm - 1) < 1e-3, f"its vector must have length 1, it has {norm:.3g}")
    again = encoder.embed(pictures, track)
    expect(torch.equal(vectors, again), "the same pictures must give the same vectors")


def _numbers(*shape: int) -> Tensor:
    """Between -1 and 1, waiting for a gradient."""
    generator = torch.Generator().manual_seed(5)
    return (2 * torch.rand(shape, generator=generator) - 1).requires_grad_()
