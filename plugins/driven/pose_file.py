"""PoseFile: head poses from a CSV file."""

from pathlib import Path

import attrs
import torch

from visemix.core.errors import RecipeError
from visemix.core.interfaces import HeadMotion
from visemix.core.shapes import Value
from visemix.core.timeline import length, pick
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.features import AudioFeatures
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.subject import Subject
from visemix.core.windows import Step, Window
from visemix.plugins.driven.order import order
from visemix.plugins.driven.pose_table import PoseTable, read_poses
from visemix.plugins.driven.retarget import mean_pose_of, turned_by

BLOCK = 32


@attrs.frozen(eq=False)
class Played(Value):
    """State between blocks.

    Attributes:
        person: whom the poses are for.
        frame: the next one.
    """

    person: HeadPose
    frame: int = 0


class PoseFile(HeadMotion):
    """Head poses from a CSV file, whatever is said.

    Args:
        file: the CSV file (pose_table.py says what is in it).
        relative: whether its angles are told from the person's own mean pose.
        after: what comes after the last row: "bounce", "hold" or "repeat".
        pose_convention: of the poses that it makes.

    Raises:
        MediaError: the file cannot be read, or says something else.
        RecipeError: no file was named; or it tells a place, and is to be relative.
    """

    def __init__(
        self,
        *,
        file: str = "",
        relative: bool = False,
        after: str = "bounce",
        pose_convention: str = "euler_deg_ortho",
    ) -> None:
        if not file:
            do = "set head_motion.file"
            raise RecipeError("which file has the poses?", where="head_motion.file", do=do)
        self._file = Path(file)
        self._table = read_poses(self._file)
        if relative and self._table.translation is not None:
            what = "relative angles with a place of the head in the picture are neither"
            do = "leave out the columns of the place, or set head_motion.relative=false"
            raise RecipeError(what, where=self._file, do=do)
        self._relative, self._after = relative, after
        self._convention = PoseConvention(pose_convention)
        self.window = Window(BLOCK)

    def files(self) -> dict[str, Path]:
        """What it was made from; its hash goes into the lock of a run."""
        return {"file": self._file}

    def begin(self, subject: Subject, seed: int) -> Played:
        """At the first row.

        Raises:
            DatasetError: nothing is known of the person's head pose.
        """
        del seed
        return Played(mean_pose_of(subject))

    def predict(self, features: AudioFeatures, state: object) -> Step[FaceAttributes]:
        """The next rows."""
        assert isinstance(state, Played)
        count = len(features.values)
        poses = self._poses(self._table.at_rate(features.fps), state.person)
        chosen = pick(poses, order(state.frame, count, length(poses), self._after))
        made = FaceAttributes(features.fps, pose=chosen.to(self._convention))
        return Step(made, attrs.evolve(state, frame=state.frame + count))

    def _poses(self, table: PoseTable, person: HeadPose) -> HeadPose:
        if table.translation is not None:
            return HeadPose(table.rotation, table.translation, table.convention)
        none = torch.zeros_like(table.rotation)
        told = HeadPose(table.rotation, none, table.convention)
        if table.convention is not PoseConvention.EULER_DEG_ORTHO:
            told = told.to(PoseConvention.EULER_DEG_ORTHO)
        if self._relative:
            return turned_by(told.rotation, person)
        place = person.translation.expand(len(none), -1).clone()
        return HeadPose(told.rotation, place, PoseConvention.EULER_DEG_ORTHO)
