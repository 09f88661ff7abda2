import pytest
import torch

from visemix.core.fitting.canonical_mesh import canonical_mesh
from visemix.core.fitting.surface import face_normals
from visemix.plugins.rhythmic_head.dense_mesh import dense_mesh

CANONICAL = canonical_mesh().vertices


@pytest.mark.parametrize(("divisions", "vertices"), [(0, 468), (1, 1833), (3, 28_881)])
def test_every_triangle_becomes_four(divisions: int, vertices: int) -> None:
    mesh = dense_mesh(divisions)
    assert mesh.vertices(CANONICAL).shape == (vertices, 3)
    assert mesh.triangles.shape == (898 * 4**divisions, 3)
    assert len(mesh.uv) == len(mesh.eyes) == vertices
    assert sorted(set(mesh.triangles.flatten().tolist())) == list(range(vertices))


def test_dividing_changes_nothing_that_is_seen() -> None:
    coarse, fine = dense_mesh(0), dense_mesh(2)

    def surface(divisions: int) -> torch.Tensor:
        mesh = dense_mesh(divisions)
        return face_normals(mesh.vertices(CANONICAL), mesh.triangles)

    assert torch.allclose(surface(0).sum(0), surface(2).sum(0), atol=1e-5)
    area = [surface(n).norm(dim=1).sum() for n in (0, 2)]
    assert float(area[0]) == pytest.approx(float(area[1]), rel=1e-5)
    assert torch.equal(fine.vertices(CANONICAL)[:468], coarse.vertices(CANONICAL))
    assert torch.equal(fine.uv[:468], coarse.uv)


def test_clips_are_divided_frame_by_frame() -> None:
    clip = torch.stack((CANONICAL, 2 * CANONICAL))
    both = dense_mesh(1).vertices(clip)
    assert torch.equal(both[1], dense_mesh(1).vertices(2 * CANONICAL))


def test_the_eyes_are_attended_to() -> None:
    mesh = dense_mesh(2)
    seen = mesh.vertices(CANONICAL)[mesh.eyes > 0]
    assert 0.02 < float(mesh.eyes.mean()) < 0.3
    # Both eyes, above the nose tip and below the top of the forehead.
    assert float(seen[:, 0].min()) < -0.2 and float(seen[:, 0].max()) > 0.2
    assert float(seen[:, 1].min()) > float(CANONICAL[4, 1])
    assert float(seen[:, 1].max()) < float(CANONICAL[10, 1])
