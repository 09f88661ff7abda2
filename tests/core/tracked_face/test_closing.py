"""Closing the mouth of a shape taken from a laugh."""

import torch

from visemix.core.fitting.calm import inner_lip_gap
from visemix.core.fitting.canonical_mesh import canonical_mesh
from visemix.core.fitting.mediapipe_points import EYE_LEFT, EYE_RIGHT
from visemix.core.tracked_face.closing import CLOSED_GAP, closed_mouth
from visemix.core.tracked_face.expression import expression_basis

BASIS = expression_basis()


def opened(coefficient: float) -> torch.Tensor:
    wide = torch.zeros(1, 64)
    wide[0, 0] = coefficient
    return canonical_mesh().vertices + BASIS.decode(wide)[0]


def test_an_open_mouth_is_closed() -> None:
    shape = min((opened(c) for c in (-3.0, 3.0)), key=lambda s: -float(inner_lip_gap(s[None])))
    assert float(inner_lip_gap(shape[None])) > 0.1
    closed = closed_mouth(shape, BASIS)
    assert abs(float((closed[13] - closed[14])[1]) - CLOSED_GAP) < 0.01
    eyes = [*EYE_LEFT, *EYE_RIGHT]
    assert float((closed - shape)[eyes].norm(dim=-1).max()) < 0.02


def test_a_closed_mouth_stays_as_it_is() -> None:
    shape = closed_mouth(opened(3.0), BASIS)
    assert closed_mouth(shape, BASIS) is shape
