"""ClipPose: the head moves as in another clip."""

from pathlib import Path

from visemix.core.interfaces import HeadMotion
from visemix.core.timeline import length
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.features import AudioFeatures
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.subject import Subject
from visemix.core.windows import Step, Window
from visemix.plugins.driven.clip_attributes import BLOCK, Played
from visemix.plugins.driven.driver import Driver
from visemix.plugins.driven.retarget import around, mean_pose_of, pose_of


class ClipPose(HeadMotion):
    """Head poses of another clip, whatever is said.

    Args:
        clip: folder that 'visemix prepare' wrote.
        start_s: where in the clip to begin, seconds.
        relative: around the person's own mean pose; else as they are.
        after: what comes after the clip's end: "bounce", "hold" or "repeat".
        amount: factor on the distance from the mean pose, where it is relative.
        pose_convention: of the poses that it makes.

    Raises:
        SubjectError: ``clip`` is no prepared clip.
        RecipeError: no clip was named, or it ends before ``start_s``.
    """

    def __init__(
        self,
        *,
        clip: str = "",
        start_s: float = 0.0,
        relative: bool = True,
        after: str = "bounce",
        amount: float = 1.0,
        pose_convention: str = "euler_deg_ortho",
    ) -> None:
        self._driver = Driver.read(clip, start_s, "head_motion")
        self._relative, self._after, self._amount = relative, after, amount
        self._convention = PoseConvention(pose_convention)
        self.window = Window(BLOCK)

    def files(self) -> dict[str, Path]:
        """What it was made from; its hash goes into the lock of a run."""
        return self._driver.files()

    def begin(self, subject: Subject, seed: int) -> Played:
        """At the start of the clip.

        Raises:
            DatasetError: it or the person has no head pose.
        """
        del seed
        poses = pose_of(self._driver.subject)
        skipped = length(poses) - length(self._driver.played)
        poses = HeadPose(poses.rotation[skipped:], poses.translation[skipped:], poses.convention)
        if self._relative:
            own = mean_pose_of(subject)
            poses = around(poses, own, self._driver.mean_pose(), self._amount)
        return Played(FaceAttributes(self._driver.played.fps, pose=poses.to(self._convention)))

    def predict(self, features: AudioFeatures, state: object) -> Step[FaceAttributes]:
        """The clip's next poses.

        Raises:
            SubjectError: the clip has another frame rate.
        """
        assert isinstance(state, Played)
        self._driver.check_rate(features.fps)
        return state.step(features, self._after)
