from pathlib import Path

import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.drawing.landmark_map import draw_landmarks
from visemix.core.errors import CheckpointError, FaceError, InvalidValue
from visemix.core.fitting.landmark_pca import landmark_pca
from visemix.core.fitting.landmarks_68 import LIPS_INNER, landmarks_68
from visemix.core.subjects.cropped import crop_picture
from visemix.core.subjects.few_frames import frontal_frame
from visemix.core.testing.samples import SamplePlan, sample_subject
from visemix.core.timeline import cut, pick
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.rendering import Rendering
from visemix.core.values.subject import Subject
from visemix.plugins.rasterizer_cpu.renderer import RasterizerCpu
from visemix.plugins.rhythmic_head.frontal_mesh import FrontalMesh

PERSON = sample_subject()
RENDERER = RasterizerCpu(antialias=True, maps=["landmarks", "eye_attention"])
MODEL = FrontalMesh(divisions=2)


def fitted(model: FrontalMesh = MODEL, person: Subject = PERSON) -> Subject:
    return attrs.evolve(person, fit=model.fit(person.track, person.frames, RENDERER))


SUBJECT = fitted()
FRONTAL = frontal_frame(SUBJECT.fit.attributes, SUBJECT.track.found)


def drawn(attributes: FaceAttributes, subject: Subject = SUBJECT) -> Rendering:
    return RENDERER.render(MODEL.geometry(attributes, subject))


def real(frame: int) -> Tensor:
    picture = crop_picture(PERSON.frames[frame], PERSON.track.crop)
    return torch.tensor(picture).permute(2, 0, 1).float() / 255


def test_the_frontal_frame_looks_like_its_picture() -> None:
    made = drawn(pick(SUBJECT.fit.attributes, torch.tensor([FRONTAL])))
    # Away from edges of the sample drawing, which lie between vertices.
    inside = torch.nn.functional.avg_pool2d(made.alpha, 9, 1, 4)[0, 0] > 0.999
    apart = (made.rgb[0] - real(FRONTAL)).abs().mean(0)[inside]
    assert float(inside.float().mean()) > 0.05
    assert float(apart.median()) < 0.01
    assert float(apart.mean()) < 0.04


def test_equation_1_moves_the_mesh_as_the_head_moved() -> None:
    """A turned head's mesh lies over its picture better than the frontal mesh where it was."""
    attributes = SUBJECT.fit.attributes
    assert attributes.pose is not None
    turned = attributes.pose.rotation[:, 1]
    frame = int((turned - turned[FRONTAL]).abs().argmax())
    moved = drawn(pick(attributes, torch.tensor([frame])))
    still = drawn(pick(attributes, torch.tensor([FRONTAL])))

    def error(made: Rendering) -> float:
        weight = made.alpha[0]
        return float(((made.rgb[0] - real(frame)).abs() * weight).sum() / weight.sum())

    assert error(moved) < 0.8 * error(still)


def test_the_mesh_keeps_the_frontal_expression_and_is_rigid() -> None:
    attributes = SUBJECT.fit.attributes
    geometry = MODEL.geometry(attributes, SUBJECT)
    first, other = geometry.vertices[0], geometry.vertices[30]
    pose = attributes.pose
    assert pose is not None
    scale = pose.to(PoseConvention.EULER_DEG_ORTHO).translation[:, 0]
    pairs = torch.tensor([[0, 200], [13, 14], [33, 263], [10, 152]])
    for vertices, size in ((first, scale[0]), (other, scale[30])):
        wanted = SUBJECT.fit.neutral[pairs].diff(dim=1).norm(dim=-1)
        got = vertices[pairs].diff(dim=1).norm(dim=-1) / size
        torch.testing.assert_close(got, wanted, rtol=1e-4, atol=1e-5)


def test_landmarks_show_the_wanted_expression() -> None:
    attributes = SUBJECT.fit.attributes
    made = MODEL.geometry(attributes, SUBJECT).landmarks
    assert made is not None and made.shape == (len(SUBJECT.frames), 68, 3)
    crop = SUBJECT.track.crop.matrix
    seen = landmarks_68(SUBJECT.track.landmarks)[..., :2] @ crop[:, :2].T + crop[:, 2]
    found = SUBJECT.track.found
    apart = (made[..., :2] - seen).norm(dim=-1)[found]
    height = (seen.amax(1) - seen.amin(1))[:, 1].mean()
    assert float(apart.mean() / height) < 0.02
    top, bottom = LIPS_INNER[2], LIPS_INNER[6]
    gap = [(points[:, bottom, 1] - points[:, top, 1])[found] for points in (made, seen)]
    assert float(torch.corrcoef(torch.stack(gap))[0, 1]) > 0.9


def test_without_an_expression_the_landmarks_are_those_of_the_frontal_frame() -> None:
    bare = attrs.evolve(SUBJECT.fit.attributes, expression=None, basis="")
    silent = MODEL.geometry(bare, SUBJECT).landmarks
    spoken = MODEL.geometry(SUBJECT.fit.attributes, SUBJECT).landmarks
    assert silent is not None and spoken is not None
    torch.testing.assert_close(silent[FRONTAL], spoken[FRONTAL])
    assert not torch.allclose(silent, spoken, atol=0.1)


def test_without_a_pose_the_head_stands_as_usual() -> None:
    still = attrs.evolve(SUBJECT.fit.attributes, pose=None)
    geometry = MODEL.geometry(still, SUBJECT)
    assert torch.equal(geometry.vertices[0], geometry.vertices[40])


def test_personal_landmarks_are_nearer_to_the_tracked_ones() -> None:
    paper = FrontalMesh(divisions=0, personal=False).fit(PERSON.track)
    assert SUBJECT.fit.error_px < paper.error_px


def test_an_unseen_frame_is_as_the_nearest_seen_one() -> None:
    expression = SUBJECT.fit.attributes.expression
    assert expression is not None
    lost = (~SUBJECT.track.found).nonzero()[:, 0]
    assert len(lost) == 3
    assert torch.equal(expression[lost[0]], expression[lost[0] - 1])
    assert torch.equal(expression[lost[-1]], expression[lost[-1] + 1])


def test_the_render_has_soft_edges_and_maps() -> None:
    made = drawn(cut(SUBJECT.fit.attributes, 0, 2))
    soft = (made.alpha > 0.02) & (made.alpha < 0.98)
    assert 20 < int(soft[0].sum()) < 500
    landmarks = made.landmarks
    assert landmarks is not None
    assert torch.equal(made.maps["landmarks"], draw_landmarks(landmarks, 128, 128))
    eyes = made.maps["eye_attention"][0, 0]
    assert 0 < float(eyes.mean()) < 0.1


def test_the_picture_has_gradients_with_respect_to_the_pose() -> None:
    attributes = cut(SUBJECT.fit.attributes, 0, 1)
    pose = attributes.pose
    assert pose is not None
    place = pose.translation.clone().requires_grad_()
    posed = attrs.evolve(attributes, pose=attrs.evolve(pose, translation=place))
    (gradient,) = torch.autograd.grad((drawn(posed).alpha * torch.linspace(0, 1, 128)).sum(), place)
    # Coverage counts more to the right: moving right adds to the sum.
    assert float(gradient[0, 1]) > 0


def test_a_photo_is_a_reference() -> None:
    photo = fitted(person=sample_subject(SamplePlan(frames=1)))
    made = drawn(SUBJECT.fit.attributes, photo)
    assert made.rgb.shape[0] == len(SUBJECT.frames)
    assert float(made.rgb[0][:, made.alpha[0, 0] > 0.9].std()) > 0.05


def test_a_trained_basis_replaces_the_one_that_ships(tmp_path: Path) -> None:
    small = attrs.evolve(landmark_pca(), mean=landmark_pca().mean * 1.001)
    small.save(tmp_path / "basis.safetensors")
    other = FrontalMesh(divisions=0, basis_file=tmp_path / "basis.safetensors").fit(PERSON.track)
    assert other.attributes.expression is not None and SUBJECT.fit.attributes.expression is not None
    assert not torch.equal(other.attributes.expression, SUBJECT.fit.attributes.expression)


def test_attributes_of_other_systems_move_the_landmarks() -> None:
    model = FrontalMesh(divisions=0, basis="landmark-mesh-64")
    subject = fitted(model)
    assert subject.fit.attributes.basis == "landmark-mesh-64"
    assert subject.fit.error_px < 1
    other = PERSON.fit.attributes  # in that basis, of the sample face model
    landmarks = model.geometry(other, subject).landmarks
    assert landmarks is not None and landmarks.shape[1] == 68
    with pytest.raises(InvalidValue, match="expected 64 numbers in 'landmark-mesh-64'"):
        model.geometry(SUBJECT.fit.attributes, subject)


def test_wrong_inputs_are_refused() -> None:
    attributes = SUBJECT.fit.attributes
    with pytest.raises(InvalidValue, match="expected 20 numbers in 'lmk-pca-20', got 20 in 'bfm"):
        MODEL.geometry(attrs.evolve(attributes, basis="bfm-64"), SUBJECT)
    with pytest.raises(InvalidValue, match="not by 'rhythmic-frontal-mesh'"):
        MODEL.geometry(attributes, PERSON)
    with pytest.raises(InvalidValue, match="has 7257 vertices, this recipe's 468"):
        FrontalMesh(divisions=0).geometry(attributes, SUBJECT)
    nobody = attrs.evolve(PERSON.track, found=torch.zeros_like(PERSON.track.found))
    with pytest.raises(FaceError, match="no frame shows a face"):
        MODEL.fit(nobody)
    with pytest.raises(InvalidValue, match="tracked or position-map"):
        FrontalMesh(mesh="sphere")
    with pytest.raises(CheckpointError, match="holds no lmk-pca-20"):
        FrontalMesh(basis_file="nowhere.safetensors")
    few = attrs.evolve(PERSON.track, landmarks=PERSON.track.landmarks[:, :68], layout="ibug-68")
    with pytest.raises(InvalidValue, match="expected mediapipe-478 landmarks, got ibug-68"):
        MODEL.fit(few)


def test_any_convention_gives_the_same_mesh() -> None:
    attributes = cut(SUBJECT.fit.attributes, 0, 4)
    assert attributes.pose is not None
    other: HeadPose = attributes.pose.to(PoseConvention.ROTVEC_PX)
    moved = MODEL.geometry(attrs.evolve(attributes, pose=other), SUBJECT)
    torch.testing.assert_close(
        moved.vertices, MODEL.geometry(attributes, SUBJECT).vertices, rtol=1e-4, atol=1e-2
    )
