"""ClipAttributes: the face does what another one does in its clip (driving by a video)."""

from pathlib import Path

import attrs
import torch

from visemix.core.errors import DatasetError
from visemix.core.interfaces import AttributeModel
from visemix.core.shapes import Value
from visemix.core.timeline import length, pick
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.features import AudioFeatures
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.subject import Subject
from visemix.core.windows import Step, Window
from visemix.plugins.driven.driver import Driver, mean_expression_of
from visemix.plugins.driven.order import order
from visemix.plugins.driven.retarget import around, mean_pose_of

BLOCK = 32


@attrs.frozen(eq=False)
class Played(Value):
    """State between blocks of what plays a clip.

    Attributes:
        attributes: of the whole clip, for this person.
        frame: the next one.
    """

    attributes: FaceAttributes
    frame: int = 0

    def step(self, features: AudioFeatures, after: str) -> Step[FaceAttributes]:
        """As many frames as were heard.

        Args:
            features: what was heard; only its length and rate matter.
            after: what comes after the clip's end (see ``order``).
        """
        count = len(features.values)
        made = pick(self.attributes, order(self.frame, count, length(self.attributes), after))
        timed = attrs.evolve(made, fps=features.fps)
        return Step(timed, attrs.evolve(self, frame=self.frame + count))


class ClipAttributes(AttributeModel):
    """Expressions, blinks and head poses of another clip, whatever is said.

    Args:
        clip: folder that 'visemix prepare' wrote.
        start_s: where in the clip to begin, seconds.
        expression: "difference" from that clip's mean, added to the person's; or the "same".
        pose: likewise, or "still" for the person's mean pose.
        after: what comes after the clip's end: "bounce", "hold" or "repeat".
        basis: of the expression; that of the clip.
        pose_convention: of the poses that it makes.

    Raises:
        SubjectError: ``clip`` is no prepared clip.
        RecipeError: no clip was named, or it ends before ``start_s``.
        DatasetError: its expressions are in another basis.
    """

    def __init__(  # noqa: PLR0913 - one argument per setting of the manifest
        self,
        *,
        clip: str = "",
        start_s: float = 0.0,
        expression: str = "difference",
        pose: str = "difference",
        after: str = "bounce",
        basis: str = "lmk-pca-20",
        pose_convention: str = "euler_deg_ortho",
    ) -> None:
        self._driver = Driver.read(clip, start_s, "attribute_model")
        self._expression, self._pose, self._after = expression, pose, after
        self._basis, self._convention = basis, PoseConvention(pose_convention)
        self.window = Window(BLOCK)
        self._check_basis(self._driver.subject)

    def files(self) -> dict[str, Path]:
        """What it was made from; its hash goes into the lock of a run."""
        return self._driver.files()

    def begin(self, subject: Subject, seed: int) -> Played:
        """At the start of the clip.

        Raises:
            DatasetError: the person's expressions are in another basis, or a pose is missing.
        """
        del seed
        self._check_basis(subject)
        played = self._driver.played
        assert played.expression is not None
        expression = played.expression
        if self._expression == "difference":
            expression = expression - self._driver.mean_expression() + mean_expression_of(subject)
        made = FaceAttributes(
            played.fps,
            expression=expression,
            basis=self._basis,
            pose=self._poses(self._driver, subject).to(self._convention),
            blink=torch.zeros(len(expression)) if played.blink is None else played.blink,
        )
        return Played(made)

    def predict(self, features: AudioFeatures, state: object) -> Step[FaceAttributes]:
        """The clip's next frames.

        Raises:
            SubjectError: the clip has another frame rate.
        """
        assert isinstance(state, Played)
        self._driver.check_rate(features.fps)
        return state.step(features, self._after)

    def _poses(self, driver: Driver, subject: Subject) -> HeadPose:
        theirs, own = driver.mean_pose(), mean_pose_of(subject)
        assert driver.played.pose is not None
        pose = driver.played.pose.to(PoseConvention.EULER_DEG_ORTHO)
        if self._pose == "same":
            return pose
        return around(pose, own, theirs, 1.0 if self._pose == "difference" else 0.0)

    def _check_basis(self, subject: Subject) -> None:
        found = subject.fit.attributes.basis
        if found != self._basis:
            what = f"its expressions are in the basis {found!r}, not {self._basis!r}"
            do = "prepare both with one face model, and set attribute_model.basis to its basis"
            raise DatasetError(what, where=subject.folder or subject.name, do=do)
