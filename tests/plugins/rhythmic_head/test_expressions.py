import pytest
import torch

from visemix.core.fitting.alignment import to_camera
from visemix.core.fitting.landmark_pca import landmark_pca
from visemix.core.fitting.landmarks_68 import EYES, landmarks_68
from visemix.core.testing.samples import sample_subject
from visemix.plugins.rhythmic_head.expressions import BASES, Expressions, expressions_in

TRACK = sample_subject().track
POINTS = to_camera(TRACK.landmarks, TRACK.crop)


def _basis(name: str, personal: bool = True) -> Expressions:
    return expressions_in(name, landmark_pca(), personal)


@pytest.mark.parametrize("name", BASES)
def test_the_landmarks_come_back(name: str) -> None:
    basis = _basis(name)
    said = basis.read(POINTS, TRACK.found)
    assert basis.basis == name and said.expression.shape == (len(POINTS), basis.size)
    blink = TRACK.blink if said.blink is None else said.blink
    shape = basis.landmarks(said.person, said.expression, blink)
    apart = (said.alignment.apply(shape) - landmarks_68(POINTS))[TRACK.found]
    height = float((POINTS.amax(1) - POINTS.amin(1))[:, 1].mean())
    assert float(apart[..., :2].norm(dim=-1).mean()) < 0.02 * height


def test_blinks_shut_the_eyes_of_the_mesh_basis_only() -> None:
    for name in BASES:
        basis = _basis(name)
        said = basis.read(POINTS, TRACK.found)
        still = said.expression[:1]
        opened = basis.landmarks(said.person, still, None)[0]
        shut = basis.landmarks(said.person, still, torch.tensor([5.0]))[0]
        moved = (shut - opened).norm(dim=-1)
        lids = [k for eye in EYES for k in (eye[1], eye[2], eye[4], eye[5])]
        if name == "lmk-pca-20":
            assert float(moved.max()) == 0
        else:
            assert float(moved[lids].min()) > 0.005
            assert float(moved[48:].max()) < 0.001


def test_without_the_person_only_the_basis_speaks() -> None:
    paper = _basis("lmk-pca-20", personal=False).read(POINTS, TRACK.found)
    ours = _basis("lmk-pca-20").read(POINTS, TRACK.found)
    assert float(paper.person.abs().max()) == 0
    assert float(ours.person.abs().max()) > 0.01


def test_lost_frames_are_as_their_neighbours() -> None:
    said = _basis("lmk-pca-20").read(POINTS, TRACK.found)
    lost = (~TRACK.found).nonzero()[:, 0].tolist()
    assert torch.equal(said.expression[lost[0]], said.expression[lost[0] - 1])
