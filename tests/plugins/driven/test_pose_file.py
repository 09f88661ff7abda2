from pathlib import Path

import pytest
import torch

from visemix.core.contracts import Contract
from visemix.core.errors import MediaError, RecipeError
from visemix.core.rotations import euler_to_matrix
from visemix.core.testing.contracts import check_part
from visemix.core.testing.samples import sample_features
from visemix.core.timeline import join
from visemix.core.values.pose import HeadPose
from visemix.core.values.subject import Subject
from visemix.core.windows import Windowed
from visemix.plugins.driven.pose_file import PoseFile
from visemix.plugins.driven.pose_table import read_poses
from visemix.plugins.driven.retarget import mean_pose_of

CONTRACT = Contract("pose-file", "head_motion", provides={"head": {"pose": "euler_deg_ortho"}})


def write(folder: Path, text: str) -> str:
    (folder / "poses.csv").write_text(text)
    return str(folder / "poses.csv")


def moved(part: PoseFile, subject: Subject, frames: int) -> HeadPose:
    features = sample_features("mfcc", (frames, 28, 12), 25.0)
    runner = Windowed(part.window, part.predict, part.begin(subject, 0))
    pose = join(list(runner.run([features]))).pose
    assert pose is not None
    return pose


def test_angles_are_those_of_the_rows(person: Subject, tmp_path: Path) -> None:
    file = write(tmp_path, "Pitch, yaw ,roll\n1,2,3\n4,5,6\n7,8,9\n")
    pose = moved(PoseFile(file=file), person, 5)
    rows = torch.tensor([[1.0, 2, 3], [4, 5, 6], [7, 8, 9], [4, 5, 6], [1, 2, 3]])
    torch.testing.assert_close(pose.rotation, rows)
    torch.testing.assert_close(pose.translation, mean_pose_of(person).translation.expand(5, -1))


@pytest.mark.parametrize(("after", "last"), [("hold", 4.0), ("repeat", 1.0), ("bounce", 1.0)])
def test_after_the_last_row(after: str, last: float, person: Subject, tmp_path: Path) -> None:
    file = write(tmp_path, "pitch,yaw,roll\n1,0,0\n4,0,0\n")
    pose = moved(PoseFile(file=file, after=after), person, 3)
    assert float(pose.rotation[2, 0]) == pytest.approx(last)


def test_a_place_may_be_told(person: Subject, tmp_path: Path) -> None:
    file = write(tmp_path, "yaw,pitch,roll,scale,x,y\n1,2,3,50,7,8\n")
    pose = moved(PoseFile(file=file), person, 1)
    assert pose.rotation.tolist() == [[2, 1, 3]] and pose.translation.tolist() == [[50, 7, 8]]


def test_rotation_vectors_are_those_of_chen_et_al(person: Subject, tmp_path: Path) -> None:
    file = write(tmp_path, "rx,ry,rz,tx,ty,tz\n0.1,-0.2,0.3,4,5,6\n")
    part = PoseFile(file=file, pose_convention="rotvec_px")
    pose = moved(part, person, 1)
    torch.testing.assert_close(pose.rotation, torch.tensor([[0.1, -0.2, 0.3]]))
    torch.testing.assert_close(pose.translation, torch.tensor([[4.0, 5, 6]]), atol=1e-3, rtol=0)
    turned = PoseFile(file=write(tmp_path, "rx,ry,rz\n0.1,-0.2,0.3\n"))
    own = moved(turned, person, 1)
    torch.testing.assert_close(own.matrix(), pose.matrix())
    torch.testing.assert_close(own.translation, mean_pose_of(person).translation)


def test_relative_angles_turn_the_mean_pose(person: Subject, tmp_path: Path) -> None:
    file = write(tmp_path, "pitch,yaw,roll\n0,0,0\n0,10,0\n")
    pose = moved(PoseFile(file=file, relative=True), person, 2)
    mean = mean_pose_of(person).matrix()[0]
    yaw = euler_to_matrix(torch.tensor([0.0, 10 * torch.pi / 180, 0]))
    torch.testing.assert_close(pose.matrix(), torch.stack((mean, mean @ yaw)), atol=1e-5, rtol=0)
    with pytest.raises(RecipeError, match="relative angles with a place"):
        PoseFile(file=write(tmp_path, "rx,ry,rz,tx,ty,tz\n0,0,0,0,0,0\n"), relative=True)


def test_times_are_met_at_any_rate(tmp_path: Path) -> None:
    table = read_poses(
        Path(write(tmp_path, "time,pitch,yaw,roll\n2,0,0,0\n2.1,5,0,0\n2.3,5,8,0\n"))
    )
    rows = table.at_rate(20.0)
    assert rows.rotation[:, 0].tolist() == pytest.approx([0, 2.5, 5, 5, 5, 5, 5])
    assert rows.rotation[:, 1].tolist() == pytest.approx([0, 0, 0, 2, 4, 6, 8], abs=1e-5)
    one = read_poses(Path(write(tmp_path, "time,pitch,yaw,roll\n2,1,2,3\n"))).at_rate(25.0)
    assert one.rotation.tolist() == [[1, 2, 3]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no rows of numbers"),
        ("pitch,yaw,roll\n", "no rows of numbers"),
        ("pitch,yaw,roll\n1,2\n", "line 2 has 2 numbers, the header 3"),
        ("pitch,yaw,roll\n1,2,3\na,b,c\n", "line 3 has something else"),
        ("pitch,yaw,roll\n1,2,nan\n", "NaN"),
        ("pitch,yaw\n1,2\n", "its columns are pitch, yaw"),
        ("pitch,yaw,roll,x,y\n1,2,3,4,5\n", r"the columns x, y\. Write scale, x, y"),
        ("time,pitch,yaw,roll\n1,1,2,3\n1,1,2,3\n", "its times do not rise"),
    ],
)
def test_other_files_are_refused(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=words):
        PoseFile(file=write(tmp_path, text))


def test_a_file_must_be_there() -> None:
    with pytest.raises(RecipeError, match="which file has the poses"):
        PoseFile()
    with pytest.raises(MediaError, match="cannot be read"):
        PoseFile(file="none.csv")


def test_it_conforms(tmp_path: Path) -> None:
    rows = "\n".join(f"{k},{k / 2},0" for k in range(20))
    part = PoseFile(file=write(tmp_path, f"pitch,yaw,roll\n{rows}\n"))
    check_part("head_motion", part, CONTRACT)
    assert set(part.files()) == {"file"}
