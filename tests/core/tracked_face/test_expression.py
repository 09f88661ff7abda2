"""The shipped basis: an exact inverse, separate from blinks and gaze, small."""

from pathlib import Path

import numpy as np
import torch

from visemix.core.fitting.mediapipe_points import MESH
from visemix.core.measures import LIPS
from visemix.core.tracked_face.expression import GAZE, ExpressionBasis, expression_basis


def test_coefficients_come_back_exactly() -> None:
    basis = expression_basis()
    coefficients = torch.randn(20, 64, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(
        basis.encode(basis.decode(coefficients)), coefficients, atol=1e-5, rtol=0
    )


def test_components_are_orthogonal_and_equally_long_in_the_metric() -> None:
    basis = expression_basis()
    rows = (basis.components * basis.metric).flatten(1)
    gram = rows @ rows.T
    torch.testing.assert_close(gram / gram[0, 0], torch.eye(64), atol=1e-3, rtol=0)


def test_no_component_blinks() -> None:
    basis = expression_basis()
    rows = (basis.components * basis.metric).flatten(1)
    lids = (basis.lids * basis.metric).flatten(1)
    share = (rows / rows.norm(dim=1, keepdim=True)) @ (lids / lids.norm(dim=1, keepdim=True)).T
    assert float(share.abs().max()) < 1e-3


def test_only_the_gaze_components_move_the_irises() -> None:
    components = expression_basis().components
    moved = components[:, MESH:].abs().amax((1, 2)) > 0
    assert moved.nonzero().flatten().tolist() == list(GAZE)
    assert float(components[list(GAZE), :MESH].abs().max()) == 0
    assert float(components[GAZE[0], MESH, 0]) > 0
    assert float(components[GAZE[1], MESH, 1]) > 0


def test_first_components_are_about_the_mouth_and_wider_than_later_ones() -> None:
    basis = expression_basis()
    lips = basis.components[:8, list(LIPS)].square().mean((1, 2)).sqrt()
    rest = basis.components[:8].square().mean((1, 2)).sqrt()
    assert bool((lips > rest).all())
    assert float(basis.spread[0]) == 1.0
    assert float(basis.spread[1:62].max()) < 1.0


def test_a_basis_can_be_written_with_its_notice(tmp_path: Path) -> None:
    basis, path = expression_basis(), tmp_path / "basis.npz"
    basis.save(path, "learned from nothing")
    stored = np.load(path)
    assert str(stored["notice"]) == "learned from nothing"
    again = ExpressionBasis(
        *(torch.from_numpy(stored[n]).float() for n in ("components", "metric", "spread", "lids"))
    )
    torch.testing.assert_close(again.components, basis.components)
    torch.testing.assert_close(again.lids, basis.lids)
