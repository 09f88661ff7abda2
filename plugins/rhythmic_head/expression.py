"""RhythmicExpression: speech to expression coefficients (Ψ)."""

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs
import torch
from torch import Tensor

from visemix.core.errors import DatasetError
from visemix.core.interfaces import AttributeModel
from visemix.core.shapes import Value
from visemix.core.smoothing import Smoothing
from visemix.core.subjects.few_frames import frontal_frame
from visemix.core.timeline import cut, pick
from visemix.core.training.checkpoint import read_tensors
from visemix.core.training.dataset import Example
from visemix.core.training.learned import Learned
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan, Stage, Trainable
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.features import AudioFeatures
from visemix.core.values.pose import HeadPose, PoseConvention
from visemix.core.values.subject import FaceFit, Subject
from visemix.core.windows import Step, Window
from visemix.plugins.rhythmic_head.basis_kept import kept_basis, taken_basis
from visemix.plugins.rhythmic_head.expression_network import ExpressionNetwork, ExpressionSize
from visemix.plugins.rhythmic_head.expression_stage import (
    ExpressionLesson,
    ExpressionStage,
    Spoken,
)
from visemix.plugins.rhythmic_head.learner_losses import expression_weights
from visemix.plugins.rhythmic_head.lessons import learn_here
from visemix.plugins.rhythmic_head.listening import Listening, heard, weights_file

BLOCK = 32
PERSONAL_BATCH = 32


@attrs.frozen(eq=False)
class Reference(Value):
    """What of the person everything is told from; the state between blocks.

    Attributes:
        expression: [E] coefficients.
        pose: of one frame, held where no head motion moves it.
    """

    expression: Tensor
    pose: HeadPose


class RhythmicExpression(AttributeModel, Trainable):
    """Ψ (Chen et al., ECCV 2020), PAPER.md.

    Args:
        features: kinds of features that it takes; "raw" as published.
        width: numbers in a row of them.
        rows: of a frame.
        fps: frames per second, for the recipe's check.
        basis: of the expression.
        pose_convention: of the pose that it holds.
        channels: of its layers.
        narrow: numbers that a row of features (not raw) is reduced to.
        noise, deaf: what disturbs features (not raw) in training: standard deviation, share lost.
        noise_mixing: mix noise into raw sound in training.
        reference: what is added to: the frontal frame's expression, or the clip's mean.
        smooth: frames of the filter over what it says, odd; 1 for none.
        personal_steps: of learning the person from the reference.
        basis_file: the basis lmk-pca-20, that of the face model, which is kept with the weights;
            empty for the one that ships.
        rate: learning rate; 0 for the preset's.
        weights: a .safetensors file, or "none" to train from nothing.

    Raises:
        RecipeError: settings that cannot be.
        CheckpointError: weights that are missing, damaged, or of other sizes.
    """

    def __init__(  # noqa: PLR0913 - one argument per setting of the manifest
        self,
        *,
        features: Sequence[str] = ("raw",),
        width: int = 640,
        rows: int = 7,
        fps: float = 25.0,
        basis: str = "lmk-pca-20",
        pose_convention: str = "rotvec_px",
        channels: int = 256,
        narrow: int = 64,
        noise: float = 0.0,
        deaf: float = 0.0,
        noise_mixing: bool = True,
        reference: str = "frontal",
        smooth: int = 1,
        personal_steps: int = 0,
        basis_file: str = "",
        rate: float = 0.0,
        weights: str = "none",
    ) -> None:
        del fps
        self._takes = Listening("attribute_model", tuple(features), rows, width)
        sound = self._takes.sound(narrow, noise, deaf)
        size = ExpressionSize(sound, int(basis.rpartition("-")[2]), channels)
        self._basis, self._convention = basis, PoseConvention(pose_convention)
        self._kept = kept_basis(basis, basis_file)
        self._frontal, self._mixing = reference == "frontal", sound.raw and noise_mixing
        self._steps, self._rate = personal_steps, rate
        self._learned = Learned(lambda: ExpressionNetwork(size))
        self.window = Window(BLOCK)
        self.smoothing = Smoothing(smooth, min(3, smooth - 1)) if smooth > 1 else None
        self._file = weights_file(weights)
        if self._file is not None:
            self._take(read_tensors(self._file), self._file)

    def files(self) -> dict[str, Path]:
        """What it was made from; its hash goes into the lock of a run."""
        return {"weights": self._file} if self._file is not None else {}

    def begin(self, subject: Subject, seed: int) -> Reference:
        """The reference's expression, and the pose of its frontal frame; nothing here is random.

        Raises:
            CheckpointError: the network has not learned anything.
            DatasetError: another expression basis, or no pose.
        """
        del seed
        if not self._learned.done:
            raise self._takes.unlearned("rhythmic-expression")
        return self._reference(subject)

    @torch.no_grad()
    def predict(self, features: AudioFeatures, state: object) -> Step[FaceAttributes]:
        """Expressions of the block.

        Raises:
            InvalidValue: features of another kind or shape.
        """
        assert isinstance(state, Reference)
        heard_now = self._takes.values(features)
        count = len(heard_now)
        network = self._learned.own.eval()
        said = network(heard_now, state.expression.expand(count, -1)) + state.expression
        still = pick(state.pose, torch.zeros(count, dtype=torch.int64))
        return Step(FaceAttributes(features.fps, said, self._basis, still), state)

    def personalise(self, subject: Subject, features: AudioFeatures) -> "RhythmicExpression":
        """One that has heard this person, if ``personal_steps`` are wanted.

        Raises:
            CheckpointError: the network has not learned anything.
            DatasetError: another expression basis, or no pose.
            InvalidValue: features of another kind or shape.
        """
        if not self._learned.done:
            raise self._takes.unlearned("rhythmic-expression")
        if not self._steps or not bool(subject.track.found.any()):
            return self
        personal = copy.copy(self)
        personal._learned = copy.deepcopy(self._learned)
        plan = Plan(steps=self._steps, batch=PERSONAL_BATCH)
        learn_here(personal._stage([Example(subject, features)], plan), plan.seed)
        return personal

    def stage(self, name: str, material: Material, plan: Plan) -> Stage:
        """See Trainable; there is one, "expression"."""
        if not self._learned.done:
            self._learned.renew(plan.seed)
        return self._stage(material.examples, plan)

    def weights(self) -> dict[str, Tensor]:
        """See Trainable."""
        return {**self._learned.own.state_dict(), **self._kept}

    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        """See Trainable."""
        self._take(weights, "attribute_model")
        self._file = None

    def _take(self, weights: Mapping[str, Tensor], where: object) -> None:
        kept = taken_basis(weights, self._kept, where)
        own = {name: value for name, value in weights.items() if name not in self._kept}
        self._learned.load(own, where)
        self._learned.own.eval()
        self._kept = kept

    def _stage(self, examples: Sequence[Example], plan: Plan) -> Stage:
        network = self._learned.own
        references = [self._reference(e.subject).expression for e in examples]
        changes = [
            self._expression(e.subject.fit) - reference
            for e, reference in zip(examples, references, strict=True)
        ]
        clips = [
            Spoken(clip, reference)
            for clip, reference in zip(
                heard(examples, changes, self._takes), references, strict=True
            )
        ]
        weights = expression_weights(plan.weights)
        lesson = ExpressionLesson(clips, plan, self._rate, weights, self._mixing)

        def done() -> None:
            network.cpu()
            self._learned.finish()

        return ExpressionStage(lesson, network, done)

    def _reference(self, subject: Subject) -> Reference:
        expression, pose = self._expression(subject.fit), subject.fit.attributes.pose
        if pose is None:
            what = "rhythmic-expression needs the head pose of the reference"
            raise DatasetError(what, where=subject.fit.model, do="use a face model that fits it")
        frontal = frontal_frame(subject.fit.attributes, subject.track.found)
        still = cut(pose.to(self._convention), frontal, frontal + 1)
        if self._frontal:
            return Reference(expression[frontal], still)
        return Reference(expression[subject.track.found].mean(0), still)

    def _expression(self, fit: FaceFit) -> Tensor:
        seen = fit.attributes
        if seen.basis != self._basis or seen.expression is None:
            what = f"it learns expressions in the basis {self._basis!r}, not {seen.basis!r}"
            do = f"prepare it with the face model of {self._basis!r}, or set attribute_model.basis"
            raise DatasetError(what, where=fit.model, do=do)
        return seen.expression
