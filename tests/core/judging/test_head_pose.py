"""A head pose from landmarks, signs and px as in docs/conventions.md."""

import torch

from visemix.core.fitting.canonical_mesh import canonical_mesh
from visemix.core.judging.head_pose import head_pose
from visemix.core.rotations import euler_to_matrix


def seen(angles_deg: torch.Tensor, scale: float = 50.0) -> torch.Tensor:
    turn = euler_to_matrix(torch.deg2rad(angles_deg))
    return scale * (canonical_mesh().vertices @ turn.mT) * torch.tensor([1.0, -1.0, -1.0])


def test_angles_place_and_size_come_back() -> None:
    angles = torch.tensor([[10.0, 0, 0], [0, -20, 0], [0, 0, 15], [5, 8, -3]])
    pose = head_pose(seen(angles) + torch.tensor([30.0, 40.0, 0.0]))
    torch.testing.assert_close(pose.rotation, angles, atol=1e-2, rtol=0)
    expected = torch.tensor([50.0, 30.0, -40.0]).expand(4, 3)
    torch.testing.assert_close(pose.translation, expected, atol=1e-2, rtol=0)


def test_size_and_place_do_not_turn_the_head() -> None:
    points = seen(torch.tensor([[4.0, -6, 2]]))
    pose = head_pose(torch.cat((points, 3 * points + 100)))
    torch.testing.assert_close(pose.rotation[0], pose.rotation[1], atol=1e-3, rtol=0)


def test_speaking_hardly_turns_it() -> None:
    points = seen(torch.zeros(1, 3))
    open_mouth = points.clone()
    open_mouth[:, [14, 17, 152, 377, 148, 87, 317], 1] += 15
    torch.testing.assert_close(head_pose(open_mouth).rotation, head_pose(points).rotation)
