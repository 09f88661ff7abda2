import torch

from visemix.core.fitting.alignment import Alignment
from visemix.core.fitting.canonical_mesh import canonical_mesh
from visemix.core.rotations import euler_to_matrix
from visemix.core.tracked_face.expression import expression_basis
from visemix.core.tracked_face.face import TrackedPerson, read_face

PERSON = TrackedPerson(canonical_mesh().vertices * torch.tensor([1.05, 1.0, 0.97]), torch.ones(2))
FRAMES = 80


def _clip() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Expression [T, 64], blink [T] and points [T, 478, 3] of somebody who turns and talks."""
    time = torch.arange(FRAMES) / 25
    expression = torch.zeros(FRAMES, 64)
    expression[:, :3] = torch.sin(time[:, None] * torch.tensor([5.0, 7.0, 3.0]))
    expression[:, :3] *= expression_basis().spread[:3]
    blink = torch.zeros(FRAMES)
    for start in (20, 50, 70):
        blink[start : start + 4] = 5.0
    angles = 0.15 * torch.sin(time[:, None] * torch.tensor([1.3, 0.9, 0.7]))
    motion = Alignment(
        torch.full((FRAMES,), 100.0), euler_to_matrix(angles), torch.zeros(FRAMES, 3)
    )
    return expression, blink, motion.apply(PERSON.shape(expression, blink, FRAMES))


def test_what_a_clip_does_is_read_back() -> None:
    expression, blink, points = _clip()
    face = read_face(points, torch.ones(FRAMES, dtype=torch.bool))
    apart = (face.fitted() - points)[..., :2].norm(dim=-1)
    assert float(apart.mean()) < 0.5
    assert float(torch.corrcoef(torch.stack((face.blink, blink)))[0, 1]) > 0.95
    for k in range(3):
        both = torch.stack((face.expression[:, k], expression[:, k]))
        assert float(torch.corrcoef(both)[0, 1]) > 0.95


def test_only_found_frames_teach_the_person() -> None:
    _, _, points = _clip()
    found = torch.ones(FRAMES, dtype=torch.bool)
    found[10:20] = False
    broken = points.clone()
    broken[10:20] *= 3
    whole, some = read_face(points[found], found[found]), read_face(broken, found)
    torch.testing.assert_close(whole.person.neutral, some.person.neutral)
    torch.testing.assert_close(whole.expression[:10], some.expression[:10])


def test_a_calm_face_is_neutral() -> None:
    shape = PERSON.shape(None, None, 2)
    assert torch.equal(shape[0], PERSON.neutral) and torch.equal(shape[1], PERSON.neutral)
    shut = PERSON.shape(None, torch.tensor([5.0]), 1)[0]
    assert not torch.equal(shut, PERSON.neutral)
