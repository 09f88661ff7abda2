"""The mesh that ships: closed, wound outwards, symmetric, with irises."""

from collections import Counter

import torch

from visemix.core.fitting.canonical_mesh import canonical_mesh
from visemix.core.fitting.mediapipe_points import (
    EYE_LEFT,
    EYE_RIGHT,
    IRIS_RIGHT,
    LIPS,
    LIPS_INNER,
    MESH,
)


def edges() -> Counter[tuple[int, int]]:
    return Counter(
        (int(t[i]), int(t[(i + 1) % 3])) for t in canonical_mesh().triangles for i in range(3)
    )


def test_the_only_hole_is_the_outline_of_the_face() -> None:
    directed = edges()
    assert max(directed.values()) == 1  # no edge is walked twice the same way: one winding
    border = {a for a, b in directed if (b, a) not in directed}
    assert len(border) == 36
    assert not border & {*LIPS, *EYE_LEFT, *EYE_RIGHT}


def test_the_inner_mouth_is_covered() -> None:
    ring = set(LIPS_INNER)
    inside = [t for t in canonical_mesh().triangles.tolist() if set(t) <= ring]
    assert len(inside) == len(ring) - 2


def test_triangles_are_counter_clockwise_from_the_viewer() -> None:
    mesh = canonical_mesh()
    a, b, c = mesh.vertices[mesh.triangles.long()].unbind(1)
    facing = torch.linalg.cross(b - a, c - a)[:, 2] > 0
    assert float(facing.float().mean()) > 0.98  # the rest lies under lips and nostrils
    a, b, c = (1 - mesh.uv[mesh.triangles.long()]).unbind(1)  # v down becomes y up, u is mirrored
    (x1, y1), (x2, y2) = (b - a).unbind(-1), (c - a).unbind(-1)
    assert bool((x1 * y2 - x2 * y1 < 0).all())


def test_irises_are_no_corner_of_a_triangle() -> None:
    mesh = canonical_mesh()
    assert mesh.vertices.shape == (478, 3)
    assert int(mesh.triangles.max()) == MESH - 1


def test_axes_and_unit() -> None:
    vertices = canonical_mesh().vertices
    assert 1.7 < float(vertices[10, 1] - vertices[152, 1]) < 1.8  # forehead above chin, dm
    assert (
        float(vertices[33, 0]) < 0 < float(vertices[263, 0])
    )  # the right eye is left in a picture
    assert float(vertices[4, 2]) == float(vertices[:MESH, 2].max())  # the nose is nearest
    right = vertices[list(IRIS_RIGHT)]
    assert float(right[1, 0] - right[0, 0]) > 0  # MediaPipe's order: centre, right, top, ...
    assert float(right[2, 1] - right[0, 1]) > 0


def test_mirror_is_its_own_inverse_and_keeps_the_shape() -> None:
    mesh = canonical_mesh()
    assert mesh.mirror[mesh.mirror].tolist() == list(range(478))
    flipped = mesh.vertices[mesh.mirror] * torch.tensor([-1.0, 1, 1])
    torch.testing.assert_close(flipped, mesh.vertices, atol=1e-4, rtol=0)
