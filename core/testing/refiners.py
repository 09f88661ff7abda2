"""What every Refiner must do."""

import torch

from visemix.core.interfaces import Refiner
from visemix.core.testing.expectations import expect
from visemix.core.testing.promise import Promise, size_in
from visemix.core.testing.sample_face_model import SampleFaceModel
from visemix.core.testing.sample_renderer import SampleRenderer
from visemix.core.testing.samples import SamplePlan, sample_subject
from visemix.core.testing.streaming import Stage, check_stage
from visemix.core.timeline import cut, join, length
from visemix.core.values.attributes import FaceAttributes, Match, Sources
from visemix.core.values.frames import Frames
from visemix.core.values.rendering import Shot
from visemix.core.values.subject import Subject


def check_refiner_video(refiner: Refiner, promise: Promise) -> None:
    """Full frames of a person seen in a video: lengths, sizes, streams in any pieces."""
    subject = sample_subject(_plan(promise))
    _check(refiner, subject, sample_shot(subject, _wanted(subject), promise))


def check_refiner_photo(refiner: Refiner, promise: Promise) -> None:
    """Full frames of a person of whom there is only a photo."""
    wanted = _wanted(sample_subject(_plan(promise)))
    photo = sample_subject(_plan(promise, frames=1))
    _check(refiner, photo, sample_shot(photo, wanted, promise))


REFINER_CHECKS = (check_refiner_video, check_refiner_photo)


def sample_shot(subject: Subject, wanted: FaceAttributes, promise: Promise) -> Shot:
    """The sample head doing ``wanted``, with reference frames that show something like it."""
    masks = ("eye_attention",)
    maps = (*map(str, promise.all_wanted("rendering", "maps")), *masks)
    geometry = SampleFaceModel(wanted, masks).geometry(wanted, subject)
    rendering = SampleRenderer(dict.fromkeys(maps)).render(geometry)
    first = _sources(subject, length(wanted), 0)
    second = _sources(subject, length(wanted), 4)
    return Shot(rendering, Match(wanted, first, second, second, first))


def _check(refiner: Refiner, subject: Subject, shot: Shot) -> None:
    begun = Stage(refiner.window, refiner.refine, lambda: refiner.begin(subject))
    frames: Frames = check_stage(begun, shot)
    size = (subject.frames.height, subject.frames.width)
    found = tuple(frames.rgb.shape[2:])
    expect(found == size, f"frames must be {size}, the full picture; they are {found}")
    rate = shot.rendering.fps
    expect(frames.fps == rate, f"a rendering at {rate} fps gave {frames.fps} fps")
    drawn = float(frames.rgb.float().std())
    expect(drawn > 1, "every pixel of every frame has the same colour")


def _sources(subject: Subject, frames: int, shift: int) -> Sources:
    """Two frames in which the face was seen, three quarters and one quarter."""
    seen = subject.track.found.nonzero().flatten()
    place = torch.arange(frames)[:, None] + torch.tensor([shift, shift + 1])
    weight = torch.tensor([0.75, 0.25]).expand(frames, 2).contiguous()
    return Sources(seen[place % len(seen)], weight)


def _plan(promise: Promise, frames: int = 75) -> SamplePlan:
    basis = str(promise.wanted("attributes", "expression", "landmark-mesh-64"))
    latent = promise.wanted("attributes", "latent", 0)
    return SamplePlan(
        frames=frames,
        basis=basis,
        expression=size_in(basis, 64),
        latent=latent if isinstance(latent, int) else 0,
    )


def _wanted(subject: Subject) -> FaceAttributes:
    """What the person did, in another order."""
    done = subject.fit.attributes
    return join([cut(done, 20, 32), cut(done, 5, 17)])
