"""The clip that drives another person."""

from pathlib import Path

import attrs
import torch

from visemix.core.errors import RecipeError, SubjectError
from visemix.core.subjects.folder import TENSORS, load_subject
from visemix.core.timeline import cut, length
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.pose import HeadPose
from visemix.core.values.subject import Subject
from visemix.plugins.driven.retarget import mean_pose_of


@attrs.frozen(eq=False)
class Driver:
    """A prepared clip, from where it is played.

    Attributes:
        subject: the whole clip.
        played: its attributes from the start that was asked for.
        folder: where it is.
    """

    subject: Subject
    played: FaceAttributes
    folder: Path

    @staticmethod
    def read(clip: str, start_s: float, where: str) -> "Driver":
        """Load a prepared clip.

        Args:
            clip: folder that 'visemix prepare' wrote.
            start_s: where to begin, seconds.
            where: key of the part in a recipe, for messages.

        Raises:
            SubjectError: it is no prepared clip.
            RecipeError: none was named, or it ends before ``start_s``.
        """
        if not clip:
            do = f"set {where}.clip to a folder that 'visemix prepare' wrote"
            raise RecipeError("which clip is to drive?", where=f"{where}.clip", do=do)
        folder = Path(clip)
        subject = load_subject(folder)
        whole = subject.fit.attributes
        first = round(start_s * subject.fps)
        if first >= length(subject.track):
            seconds = length(subject.track) / subject.fps
            what = f"start_s is {start_s:g}, the clip ends after {seconds:g} seconds"
            raise RecipeError(what, where=f"{where}.start_s", do="begin earlier")
        return Driver(subject, cut(whole, first, length(subject.track)), folder)

    def files(self) -> dict[str, Path]:
        """What it was made from; its hash goes into the lock of a run."""
        return {"clip": self.folder / TENSORS}

    def check_rate(self, fps: float) -> None:
        """Refuse a clip of another frame rate.

        Raises:
            SubjectError: it has one.
        """
        if abs(self.subject.fps - fps) > 1e-3:
            what = f"it was prepared at {self.subject.fps:g} frames per second, not {fps:g}"
            raise SubjectError(what, where=self.folder, do="prepare it again at this rate")

    def mean_pose(self) -> HeadPose:
        """[1] over the whole clip."""
        return mean_pose_of(self.subject)

    def mean_expression(self) -> torch.Tensor:
        """[E] over the whole clip's frames with a face."""
        return mean_expression_of(self.subject)


def mean_expression_of(subject: Subject) -> torch.Tensor:
    """[E] over the frames with a face.

    Raises:
        SubjectError: its face model has no expressions.
    """
    expression, found = subject.fit.attributes.expression, subject.track.found
    if expression is None:
        do = "use a face model that fits them"
        raise SubjectError("it has no expressions", where=subject.name, do=do)
    return expression[found if bool(found.any()) else torch.ones_like(found)].mean(0)
