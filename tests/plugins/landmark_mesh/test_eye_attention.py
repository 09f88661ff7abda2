"""FACIAL's eye mask on this mesh."""

import torch

from visemix.core.fitting.canonical_mesh import canonical_mesh
from visemix.core.fitting.eye_attention import SHARE
from visemix.core.fitting.mediapipe_points import EYE_LEFT, EYE_RIGHT, LIPS, MESH
from visemix.plugins.landmark_mesh.eye_attention import eye_attention


def test_eyes_are_in_brows_nose_and_lips_are_not() -> None:
    mask = eye_attention()
    assert set(mask.tolist()) == {0.0, 1.0}
    assert float(mask[[*EYE_RIGHT, *EYE_LEFT]].min()) == 1
    assert float(mask[[*LIPS, 1, 4, 6, 168, 105, 334, 63, 293]].max()) == 0


def test_both_eyes_are_marked_alike() -> None:
    mask = eye_attention()
    assert bool((mask[canonical_mesh().mirror] == mask).all())


def test_it_covers_the_same_share_of_the_face_as_the_published_mask() -> None:
    mesh, mask = canonical_mesh(), eye_attention()
    a, b, c = mesh.vertices[mesh.triangles.long()].unbind(1)
    area = torch.linalg.cross(b - a, c - a).norm(dim=-1)
    weight = mask[mesh.triangles.long()].mean(1)
    assert abs(float((area * weight).sum() / area.sum()) - SHARE) < 0.01
    assert int(mask[:MESH].sum()) > 32
