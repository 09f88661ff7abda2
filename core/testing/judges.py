"""What every Discriminator, Metric and IdentityEncoder must do."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from visemix.core.interfaces import Discriminator, IdentityEncoder, Judgement, Metric, Sample
from visemix.core.judging.scores import GROUND_TRUTH, score
from visemix.core.testing.control_cases import sample_controls
from visemix.core.testing.expectations import expect
from visemix.core.testing.promise import Promise
from visemix.core.testing.samples import sample_subject
from visemix.core.timeline import cut

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
    """A number or a reason; the controls of the sample come out in the order it promises."""
    seen = {name: metric.observe(case) for name, case in sample_controls().items()}
    for observation in seen.values():
        lost = any(bool(v.isnan().any()) for v in observation.values.values())
        expect(not lost or observation.note != "", "what it cannot measure needs a note")
    found = {name: metric.conclude([observation]) for name, observation in seen.items()}
    expect(not any(math.isinf(v) and v < 0 for v in found.values()), "minus infinity")
    measure = promise.contract.measure
    for order in () if measure is None else measure.controls:
        left, _, right = order.partition(" > ")
        if measure is not None and {left, right} <= found.keys():
            _expect_order(measure.better, found, left, right)


def _expect_order(better: str, found: Mapping[str, float], left: str, right: str) -> None:
    """A tie is no fault: the sample is small."""
    truth = found[GROUND_TRUTH]
    ours, other = (score(better, found[name], truth) for name in (left, right))
    what = f"its manifest says {left} > {right}, the sample's are {found[left]} and {found[right]}"
    expect(math.isnan(ours) or math.isnan(other) or ours >= other, what)


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
