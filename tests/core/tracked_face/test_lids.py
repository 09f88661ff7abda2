"""Lid ranges: learned from blinks, or by rule where there are none."""

import pytest
import torch

from visemix.core.fitting.canonical_mesh import canonical_mesh
from visemix.core.fitting.mediapipe_points import EYE_LEFT, EYE_RIGHT, LIPS
from visemix.core.measures import eye_aspect_ratio
from visemix.core.tracked_face.expression import expression_basis
from visemix.core.tracked_face.lids import (
    SHUT_OPENING,
    closure,
    full_travel,
    lid_range,
    lid_region,
)

NEUTRAL = canonical_mesh().vertices
LIDS = expression_basis().lids


def blinking(amount: list[float], right: float, left: float) -> torch.Tensor:
    """The canonical face with lids closed by ``amount`` times the range of either eye."""
    share = torch.tensor(amount)[:, None] * torch.tensor([right, left])
    return NEUTRAL + torch.einsum("ts,svc->tvc", share, LIDS)


def test_closure_tells_the_eyes_apart() -> None:
    moved = blinking([0.0, 1.0], 0.5, 0.8) - NEUTRAL
    torch.testing.assert_close(
        closure(moved, LIDS), torch.tensor([[0.0, 0.0], [0.5, 0.8]]), atol=1e-5, rtol=0
    )


def test_the_range_of_a_person_is_learned_from_their_blinks() -> None:
    points = blinking([0.0] * 10 + [1.0] * 3 + [0.0] * 10 + [1.0] * 3 + [0.0] * 4, 0.8, 0.9)
    opened, shut = lid_range(NEUTRAL, points, LIDS)
    torch.testing.assert_close(opened, torch.zeros(2), atol=1e-5, rtol=0)
    torch.testing.assert_close(shut, torch.tensor([0.8, 0.9]), atol=1e-4, rtol=0)


def test_without_blinks_the_lids_close_by_rule() -> None:
    opened, shut = lid_range(NEUTRAL, blinking([0.0] * 5, 1.0, 1.0), LIDS)
    torch.testing.assert_close(shut - opened, full_travel(NEUTRAL, LIDS))
    closed = NEUTRAL + torch.einsum("s,svc->vc", shut, LIDS)
    ratio = eye_aspect_ratio(torch.stack((NEUTRAL, closed)))
    assert float(ratio[1] / ratio[0]) == pytest.approx(SHUT_OPENING, abs=0.05)


def test_narrow_eyes_close_by_less() -> None:
    narrow = blinking([0.5], 1.0, 1.0)[0]
    assert bool((full_travel(narrow, LIDS) < 0.7 * full_travel(NEUTRAL, LIDS)).all())


def test_a_blink_moves_lids_and_nothing_else() -> None:
    region = lid_region()
    assert float(region[[*EYE_RIGHT, *EYE_LEFT]].min()) == 1.0
    assert float(region[[*LIPS, 1, 10, 152, 468, 473]].max()) == 0.0
    still = LIDS[:, region == 0]
    assert float(still.abs().max()) == 0.0
