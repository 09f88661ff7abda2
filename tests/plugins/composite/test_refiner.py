from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pytest
import torch
from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.testing.samples import CROP_LEFT, CROP_TOP, SamplePlan, sample_subject
from visemix.core.timeline import cut, length
from visemix.core.values.attributes import FaceAttributes, Match, Sources
from visemix.core.values.rendering import Crop, Shot
from visemix.core.values.subject import Picture, Subject
from visemix.core.windows import Windowed
from visemix.plugins.composite.refiner import Composite
from visemix.plugins.rasterizer_cpu.renderer import RasterizerReference

MakeFlow = Callable[..., Any]


def psnr(one: Tensor, other: Tensor) -> float:
    error = (one.float() - other.float()).square().mean()
    return float(10 * torch.log10(255**2 / error.clamp_min(1e-9)))


def own_frames(subject: Subject, indices: range) -> Tensor:
    return torch.stack([torch.from_numpy(subject.frames[i].copy()) for i in indices]).permute(
        0, 3, 1, 2
    )


@pytest.mark.parametrize("follow", ["base", "attributes"])
def test_a_stream_gives_the_pictures_of_a_file(
    make_flow: MakeFlow, person: Subject, wanted: FaceAttributes, follow: str
) -> None:
    flow, some = make_flow(person, follow), cut(wanted, 0, 27)
    pieces = [cut(some, k, k + 9) for k in (0, 9, 18)]
    assert torch.equal(flow.pictures([some]), flow.pictures(pieces))


def test_the_reference_itself_comes_back(make_flow: MakeFlow, person: Subject) -> None:
    some = cut(person.fit.attributes, 3, 15)
    made = make_flow(person, "attributes").pictures([some])
    assert psnr(made, own_frames(person, range(3, 15))) > 36


def test_new_words_move_the_mouth_and_nothing_far_from_the_face(
    make_flow: MakeFlow, person: Subject, wanted: FaceAttributes
) -> None:
    flow, some = make_flow(person), cut(wanted, 0, 20)
    match = flow.match(some)
    made = flow.pictures([some])
    sharp = (match.base.weight.max(1).values > 0.99).nonzero().flatten().tolist()
    assert len(sharp) >= 5
    moved = False
    for frame in sharp:
        base = int(match.base.index[frame][match.base.weight[frame].argmax()])
        original = torch.from_numpy(person.frames[base].copy()).permute(2, 0, 1)
        landmarks = person.track.landmarks[base]
        left, right = int(landmarks[:, 0].min()), int(landmarks[:, 0].max())
        brow = int(landmarks[105, 1])
        room = int(0.35 * (landmarks[152, 1] - landmarks[10, 1]))
        assert torch.equal(made[frame][:, :brow], original[:, :brow])
        assert torch.equal(made[frame][..., : left - room], original[..., : left - room])
        assert torch.equal(made[frame][..., right + room :], original[..., right + room :])
        moved = moved or not torch.equal(made[frame], original)
    assert moved


def test_any_rasterizer_will_do(
    make_flow: MakeFlow, person: Subject, wanted: FaceAttributes
) -> None:
    some = cut(wanted, 0, 4)
    fast = make_flow(person, "attributes")
    slow = attrs.evolve(
        fast,
        renderer=RasterizerReference(maps=("triangle", "barycentric"), shade=False, cull=True),
    )
    assert psnr(fast.pictures([some]), slow.pictures([some])) > 45


@pytest.mark.parametrize("scale", [0.5, 0.8])
def test_a_crop_that_is_scaled_down_gives_the_same_picture(
    make_flow: MakeFlow, person: Subject, wanted: FaceAttributes, scale: float
) -> None:
    flow, some = make_flow(person), cut(wanted, 0, 6)
    match = flow.match(some)
    shot = flow.shot(match)
    size = round(128 * scale)
    matrix = torch.tensor([[scale, 0, -scale * CROP_LEFT], [0, scale, -scale * CROP_TOP]])
    geometry = flow.model.geometry(match.attributes, person)
    small = attrs.evolve(
        geometry,
        vertices=geometry.vertices * scale,
        camera=attrs.evolve(
            geometry.camera, principal=geometry.camera.principal * scale, height=size, width=size
        ),
        crop=matrix.expand(length(some), 2, 3),
        landmarks=geometry.landmarks * scale,
    )
    shots = [shot, attrs.evolve(shot, rendering=flow.renderer.render(small))]
    made = [refine(person, shot) for shot in shots]
    assert psnr(*made) > 38


def refine(subject: Subject, shot: Shot) -> Tensor:
    refiner = Composite()
    stage = Windowed(refiner.window, refiner.refine, refiner.begin(subject))
    return torch.cat([frames.rgb for frames in stage.run([shot])])


class Shifted:
    """Reference frames of which a part is cut away."""

    def __init__(self, subject: Subject, left: int, top: int) -> None:
        self._frames, self._left, self._top = subject.frames, left, top
        self.height, self.width = subject.frames.height - top, subject.frames.width - left

    def __len__(self) -> int:
        return len(self._frames)

    def __getitem__(self, index: int) -> Picture:
        return np.ascontiguousarray(self._frames[index][self._top :, self._left :])


def without(subject: Subject, left: int, top: int) -> Subject:
    """The same person nearer to the picture's border; the crop may reach beyond it."""
    track, crop = subject.track, subject.track.crop
    shift = torch.tensor([float(left), float(top), 0.0])
    matrix = crop.matrix.clone()
    matrix[:, 2] += matrix[:, :2] @ shift[:2]
    return attrs.evolve(
        subject,
        frames=Shifted(subject, left, top),
        track=attrs.evolve(
            track, landmarks=track.landmarks - shift, crop=Crop(matrix, crop.height, crop.width)
        ),
    )


@pytest.mark.parametrize("follow", ["base", "attributes"])
@pytest.mark.parametrize(("left", "top"), [(85, 0), (0, 75), (80, 70)])
def test_a_face_at_the_border_of_the_picture(
    make_flow: MakeFlow, person: Subject, wanted: FaceAttributes, left: int, top: int, follow: str
) -> None:
    subject = without(person, left, top)
    made = make_flow(subject, follow).pictures([cut(wanted, 0, 6)])
    assert made.shape == (6, 3, subject.frames.height, subject.frames.width)
    whole = make_flow(person, follow).pictures([cut(wanted, 0, 6)])
    assert psnr(made, whole[..., top:, left:]) > 26


@pytest.mark.parametrize("follow", ["base", "attributes"])
def test_photos_of_odd_size_move(
    make_flow: MakeFlow, photo: Subject, wanted: FaceAttributes, follow: str
) -> None:
    subject = without(photo, 11, 7)
    assert subject.frames.width % 2
    made = make_flow(subject, follow).pictures([cut(wanted, 0, 30)])
    assert made.shape[2:] == (subject.frames.height, subject.frames.width)
    still = own_frames(subject, range(1))
    assert torch.equal(made[..., :3], still.expand(30, -1, -1, -1)[..., :3])
    assert psnr(made, still.expand_as(made)) < 45


def test_matches_of_another_matcher(
    make_flow: MakeFlow, person: Subject, wanted: FaceAttributes
) -> None:
    flow, some = make_flow(person), cut(wanted, 0, 5)
    index = torch.arange(5)[:, None] * 2
    match = Match(some, Sources(index, torch.ones(5, 1)))
    made = refine(person, flow.shot(match))
    assert made.shape == (5, 3, person.frames.height, person.frames.width)
    assert float(made.float().std()) > 10


def test_missing_maps_and_landmarks_are_named(
    make_flow: MakeFlow, person: Subject, wanted: FaceAttributes
) -> None:
    flow = make_flow(person)
    shot = flow.shot(flow.match(cut(wanted, 0, 2)))
    bare = attrs.evolve(shot, rendering=attrs.evolve(shot.rendering, maps={}))
    with pytest.raises(InvalidValue, match="'triangle' is missing"):
        refine(person, bare)
    blind = attrs.evolve(shot, rendering=attrs.evolve(shot.rendering, landmarks=None))
    with pytest.raises(InvalidValue, match="478 landmarks"):
        refine(person, blind)


def test_threads_do_not_change_the_picture(
    make_flow: MakeFlow, person: Subject, wanted: FaceAttributes
) -> None:
    flow, some = make_flow(person), cut(wanted, 0, 12)
    before = torch.get_num_threads()
    made = []
    try:
        for threads in (1, 3):
            torch.set_num_threads(threads)
            made.append(flow.pictures([some]))
    finally:
        torch.set_num_threads(before)
    assert torch.equal(*made)


def test_another_frame_rate(make_flow: MakeFlow, wanted: FaceAttributes) -> None:
    subject = sample_subject(SamplePlan(fps=50.0, frames=30))
    some = attrs.evolve(cut(wanted, 0, 4), fps=50.0)
    assert make_flow(subject).pictures([some]).shape[0] == 4
