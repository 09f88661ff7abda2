"""The shipped tables: a closed face with an open mouth, and places that make sense."""

from collections import Counter
from pathlib import Path

import torch

from visemix.core.fitting.mediapipe_points import LIPS_INNER, MESH, OVAL, POINTS_68
from visemix.plugins.ict.expressions import EXPRESSIONS, LIDS, expression_spread, gaze
from visemix.plugins.ict.facekit import FACE_AREA, read_facekit
from visemix.plugins.ict.facekit import POINTS_68 as DOCUMENTED
from visemix.plugins.ict.make_tables import face_triangles
from visemix.plugins.ict.model import ict_model
from visemix.plugins.ict.tables import tables
from visemix.plugins.ict.triangulate import boundary_loops


def test_the_surface_is_oriented_and_whole() -> None:
    found = tables()
    triangles = [(a, b, c) for a, b, c in found.triangles.tolist()]
    edges = Counter((t[i], t[(i + 1) % 3]) for t in triangles for i in range(3))
    assert max(edges.values()) == 1
    face = [t for t in triangles if max(t) < FACE_AREA]
    assert {corner for t in face for corner in t} == set(range(FACE_AREA))
    assert len(boundary_loops(face)) == 4, "rim, mouth, two eyes"
    assert len(triangles) - len(face) == 2 * 2 * 16 * 5
    assert torch.allclose(found.eye_shares.sum(1), torch.ones(len(found.eye_shares)), atol=1e-6)
    assert len(found.with_eyes(torch.zeros(FACE_AREA, 3))) == int(found.triangles.max()) + 1


def test_the_narrow_face_has_no_ears_and_keeps_its_eyes() -> None:
    found = tables()
    narrow = found.within(6706)
    assert 0.5 < len(narrow) / len(found.triangles) < 0.9
    assert int((narrow >= FACE_AREA).all(1).sum()) == 2 * 2 * 16 * 5


def test_triangles_are_what_the_maker_makes(real_kit: Path) -> None:
    face, patches = face_triangles(read_facekit(real_kit))
    made = {frozenset(t) for t in face + [t for patch in patches for t in patch.triangles]}
    shipped = {frozenset(t) for t in tables().triangles.tolist()}
    # Points in a square have two diagonals; which one is taken may depend on rounding.
    assert len(made & shipped) > 0.99 * len(shipped)
    assert abs(len(made) - len(shipped)) < 10


def test_places_lie_near_the_documented_points(real_kit: Path) -> None:
    model = ict_model(real_kit)
    seen = model.embedding.of(model.mean)
    documented = model.mean[list(DOCUMENTED)]
    away = (seen[list(POINTS_68)] - documented).norm(dim=-1)
    inner = torch.tensor([point not in OVAL for point in POINTS_68])
    assert float(away[inner].median()) < 0.04  # 4 mm: MediaPipe's points are others
    assert float(away[inner].max()) < 0.15


def test_lips_part_where_the_jaw_opens_and_lids_move_in_blinks(real_kit: Path) -> None:
    face = ict_model(real_kit).landmarks()
    down = face.expression[EXPRESSIONS.index("jawOpen"), :, 1]
    upper, lower = LIPS_INNER[1:10], LIPS_INNER[11:]
    assert float(down[list(upper)].min()) > -0.1
    assert float(down[list(lower)].max()) < -0.2
    right, left = (face.expression[column] for column in LIDS)
    assert float(right[159, 1]) < -0.05
    assert float(left[386, 1]) < -0.05
    assert float(right[386].norm()) < 0.01
    assert float(right[468:473].norm()) == 0, "an eyeball does not blink"


def test_a_look_to_the_left_moves_both_irises_to_the_right_of_the_picture() -> None:
    moved = gaze()
    look = moved[EXPRESSIONS.index("eyeLookOut_L")] + moved[EXPRESSIONS.index("eyeLookIn_R")]
    assert float(look[:, 0].min()) > 0.05
    assert moved.flatten(1).norm(dim=1).count_nonzero() == 8
    assert expression_spread().shape == (57,)
    assert len(set(EXPRESSIONS)) == 57
    assert len(tables().places.corners) == MESH
