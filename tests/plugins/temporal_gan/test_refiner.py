"""TemporalGanDecoder as a part."""

from collections.abc import Callable

import attrs
import numpy as np
import pytest
import torch
from torch import Tensor

from visemix.core.contracts import Contract
from visemix.core.errors import CheckpointError, InvalidValue, SubjectError
from visemix.core.subjects.alignment import Aligned
from visemix.core.testing.contracts import find_faults
from visemix.core.timeline import join
from visemix.core.training.frame_batch import signed
from visemix.core.values.attributes import FaceAttributes, Match, Sources
from visemix.core.values.frames import Frames
from visemix.core.values.rendering import Rendering, Shot
from visemix.core.values.subject import Subject
from visemix.core.windows import Windowed
from visemix.plugins.temporal_gan.quick_decoder import QuickDecoder
from visemix.plugins.temporal_gan.refiner import TemporalGanDecoder

Make = Callable[..., TemporalGanDecoder]
CONTRACT = Contract(
    "temporal-gan-decoder",
    "refiner",
    consumes={"attributes": {"latent": 12}},
    stages=("end-to-end",),
)


def shot(subject: Subject, latent: Tensor, frames: list[int]) -> Shot:
    """Codes over reference frames, with nothing drawn."""
    crop = subject.track.crop
    count = len(latent)
    drawn = Rendering(
        torch.zeros(count, 3, 0, 0),
        torch.zeros(count, 1, crop.height, crop.width),
        crop.matrix.expand(count, 2, 3),
        25.0,
    )
    sources = Sources(torch.tensor(frames)[:, None], torch.ones(count, 1))
    return Shot(drawn, Match(FaceAttributes(25.0, latent=latent), sources))


def made(part: TemporalGanDecoder, subject: Subject, given: Shot) -> Tensor:
    stage = Windowed(part.window, part.refine, part.begin(subject))
    frames: Frames = join(list(stage.run([given])))
    return frames.rgb


@pytest.mark.parametrize("paste", ["feather", "seamless"])
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_it_conforms(learned: Make, paste: str, precision: str) -> None:
    part = learned(paste=paste, precision=precision, block=7)
    assert not find_faults("refiner", part, CONTRACT)


def test_aligned_frames_are_the_network_s(learned: Make, subject: Subject) -> None:
    part, latent = learned(paste="aligned", precision="float32"), torch.randn(3, 12)
    frames = made(part, subject, shot(subject, latent, [0, 0, 0]))
    aligned = Aligned(32, 24)
    first = aligned.picture(subject.frames[0], aligned.crops(subject.track)[0])
    still = signed(torch.tensor(np.ascontiguousarray(first)).permute(2, 0, 1))
    with torch.no_grad():
        wanted = (part.network(still[None], latent[None])[0] + 1) * 127.5
    assert frames.shape == (3, 3, 32, 24)
    assert float((frames.float() - wanted).abs().max()) <= 0.51


def test_the_person_is_the_first_frame_that_shows_the_face(learned: Make, subject: Subject) -> None:
    found = subject.track.found.clone()
    found[:5] = False
    later = attrs.evolve(subject, track=attrs.evolve(subject.track, found=found))
    part, latent = learned(paste="aligned"), torch.randn(1, 12)
    one, other = (made(part, s, shot(s, latent, [5])) for s in (subject, later))
    assert not torch.equal(one, other)
    nobody = attrs.evolve(
        subject, track=attrs.evolve(subject.track, found=torch.zeros_like(subject.track.found))
    )
    with pytest.raises(SubjectError, match="no frame shows the face"):
        part.begin(nobody)


def test_pasted_back_it_lies_on_the_face_of_each_frame(
    learned: Make, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Aligned pictures of the real frames, put back, give the real frames again."""
    part = learned(height=128, width=1, paste="feather")
    aligned, frames = Aligned(128, 96), [3, 30, 60]
    crops = aligned.crops(subject.track)
    real = torch.stack(
        [
            torch.tensor(aligned.picture(subject.frames[f], crops[f])).permute(2, 0, 1)
            for f in frames
        ]
    )
    monkeypatch.setattr(QuickDecoder, "__call__", lambda *_: real)
    pasted = made(part, subject, shot(subject, torch.randn(3, 12), frames))
    wanted = torch.stack([torch.tensor(subject.frames[f]).permute(2, 0, 1) for f in frames])
    assert pasted.shape == wanted.shape
    difference = (pasted.float() - wanted.float()).abs().mean((1, 2, 3))
    assert float(difference.max()) < 2
    other = made(part, subject, shot(subject, torch.randn(3, 12), [30, 60, 3]))
    assert float((other.float() - wanted.float()).abs().mean()) > 2


def test_seamless_takes_the_colours_of_the_photo(
    learned: Make, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    aligned = Aligned(128, 96)
    picture = aligned.picture(subject.frames[0], aligned.crops(subject.track)[0])
    darker = torch.tensor(picture // 2 + 20).permute(2, 0, 1)[None].contiguous()
    monkeypatch.setattr(QuickDecoder, "__call__", lambda *_: darker)
    wanted = torch.tensor(subject.frames[0]).permute(2, 0, 1).float()
    errors = []
    for paste in ("feather", "seamless"):
        part = learned(height=128, width=1, paste=paste)
        frame = made(part, subject, shot(subject, torch.randn(1, 12), [0]))[0]
        errors.append(float((frame.float() - wanted).abs().mean()))
    assert errors[1] < 0.6 * errors[0]


def test_memory_does_not_grow_with_the_length(
    learned: Make, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = learned(paste="aligned", block=5)
    counts: list[int] = []

    def counting(self: QuickDecoder, latent: Tensor) -> Tensor:
        del self
        counts.append(len(latent))
        return torch.zeros(len(latent), 3, 32, 24, dtype=torch.uint8)

    monkeypatch.setattr(QuickDecoder, "__call__", counting)
    stage = Windowed(part.window, part.refine, part.begin(subject))
    list(stage.run([shot(subject, torch.randn(23, 12), [0] * 23)]))
    assert counts == [5, 5, 5, 5, 3]


def test_codes_of_another_size_or_none_are_refused(learned: Make, subject: Subject) -> None:
    part = learned()
    with pytest.raises(InvalidValue, match="of 12 numbers, got 5 numbers"):
        made(part, subject, shot(subject, torch.zeros(2, 5), [0, 0]))
    given = shot(subject, torch.zeros(2, 12), [0, 0])
    bare = FaceAttributes(25.0, blink=torch.zeros(2))
    without = attrs.evolve(given, match=attrs.evolve(given.match, attributes=bare))
    with pytest.raises(InvalidValue, match="got none"):
        made(part, subject, without)


def test_untrained_it_says_so(decoder: Make, subject: Subject) -> None:
    with pytest.raises(CheckpointError, match="has not learned anything yet"):
        decoder().begin(subject)


def test_unknown_choices_are_refused(decoder: Make) -> None:
    with pytest.raises(InvalidValue, match="feather or seamless"):
        decoder(paste="glue")
    with pytest.raises(InvalidValue, match="power of two"):
        decoder(height=100)
