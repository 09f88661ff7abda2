"""RhythmicHeadMotion: speech and a person's own motion to head poses (Φ)."""

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs
import torch
from torch import Tensor

from visemix.core.errors import RecipeError
from visemix.core.interfaces import HeadMotion
from visemix.core.shapes import Value
from visemix.core.training.checkpoint import read_tensors
from visemix.core.training.dataset import Dataset, Example
from visemix.core.training.learned import Learned
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan, Stage, Trainable
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.features import AudioFeatures
from visemix.core.values.pose import PoseConvention
from visemix.core.values.subject import Subject
from visemix.core.windows import Step, Window
from visemix.plugins.rhythmic_head.hearing import smoothed
from visemix.plugins.rhythmic_head.learner_losses import motion_weights
from visemix.plugins.rhythmic_head.lessons import learn_here
from visemix.plugins.rhythmic_head.listening import Heard, Listening, heard, weights_file
from visemix.plugins.rhythmic_head.manners import Personal, Watching, manner_of
from visemix.plugins.rhythmic_head.motion_network import (
    SHORTEST,
    Manner,
    MotionNetwork,
    MotionSize,
)
from visemix.plugins.rhythmic_head.motion_stage import MotionLesson, MotionStage, Stretch
from visemix.plugins.rhythmic_head.motion_units import MotionUnits

BLOCK = 32


@attrs.frozen(eq=False)
class Moving(Value):
    """State between blocks.

    Attributes:
        units: of the person.
        manner: how their head follows their voice.
    """

    units: MotionUnits
    manner: Manner


class RhythmicHeadMotion(HeadMotion, Trainable):
    """Φ (Chen et al., ECCV 2020), PAPER.md.

    Args:
        features: kinds of features that it takes; "raw" as published.
        width: numbers in a row of them.
        rows: of a frame.
        middle: hear the middle row alone; those around it are other frames' middle rows.
        fps: frames per second, for the recipe's check.
        pose_convention: of the poses that it makes.
        channels: of its convolutions over time.
        encoded: numbers of a frame's sound.
        narrow: numbers that a row of features (not raw) is reduced to.
        noise, deaf: what disturbs features (not raw) in training: standard deviation, share lost.
        dropout: share of its convolutions' outputs that is dropped in training.
        base: frames of a person's motion that are learned from at once.
        ahead: frames after them that are predicted in training.
        reference: frames at the start of the reference that are looked at, 0 for all.
        hear_taps, motion_taps: of the Hanning windows over encoded sound, and over motion.
        personal_steps: of learning the person from the reference.
        personal_ridge: frames that generated weights count as where the reference corrects them;
            0 leaves them as they are.
        spread: how much of the spread that the motion lacks is given back, 0 to 1.
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
        middle: bool = False,
        fps: float = 25.0,
        pose_convention: str = "rotvec_px",
        channels: int = 512,
        encoded: int = 256,
        narrow: int = 64,
        noise: float = 0.0,
        deaf: float = 0.0,
        dropout: float = 0.1,
        base: int = 64,
        ahead: int = 64,
        reference: int = 64,
        hear_taps: int = 21,
        motion_taps: int = 11,
        personal_steps: int = 0,
        personal_ridge: float = 0.0,
        spread: float = 0.0,
        rate: float = 0.0,
        weights: str = "none",
    ) -> None:
        del fps
        _check_odd(hear_taps, motion_taps)
        self._takes = Listening("head_motion", tuple(features), rows, width, middle)
        sound = self._takes.sound(narrow, noise, deaf)
        size = MotionSize(sound, channels, encoded, hear_taps, dropout)
        self._stretch = Stretch(base, ahead)
        self._watching = Watching(base, reference, personal_ridge)
        self._taps, self._steps, self._rate = motion_taps, personal_steps, rate
        self._spread, self._convention = spread, PoseConvention(pose_convention)
        self._personal: Personal | None = None
        self._learned = Learned(lambda: MotionNetwork(size))
        reach = 2 + hear_taps // 2 + motion_taps // 2
        self.window = Window(BLOCK, past=reach, future=reach)
        self._file = weights_file(weights)
        if self._file is not None:
            self._learned.load(read_tensors(self._file), self._file)
            self._learned.own.eval()

    def files(self) -> dict[str, Path]:
        """What it was made from; its hash goes into the lock of a run."""
        return {"weights": self._file} if self._file is not None else {}

    def begin(self, subject: Subject, seed: int) -> Moving:
        """How this person moves, as far as it was learned; nothing here is random.

        Raises:
            CheckpointError: the network has not learned anything.
        """
        del seed
        if not self._learned.done:
            raise self._takes.unlearned("rhythmic-head-motion")
        units = MotionUnits.of(subject)
        if self._personal is None:
            return Moving(units, self._learned.own.usual)
        return Moving(units, self._personal.wider(self._spread))

    @torch.no_grad()
    def predict(self, features: AudioFeatures, state: object) -> Step[FaceAttributes]:
        """Head poses of the block.

        Raises:
            InvalidValue: features of another kind or shape.
        """
        assert isinstance(state, Moving)
        heard_now = self._takes.values(features)
        network = self._learned.own.eval()
        said = network.move(network.listen(heard_now[None]), state.manner)
        calm = smoothed(said, self._taps)[0, self.window.past : -self.window.future]
        pose = state.units.pose(calm, self._convention)
        return Step(FaceAttributes(features.fps, pose=pose), state)

    @torch.no_grad()
    def personalise(self, subject: Subject, features: AudioFeatures) -> "RhythmicHeadMotion":
        """One that moves as this person did in the reference.

        Raises:
            CheckpointError: the network has not learned anything.
            InvalidValue: features of another kind or shape.
        """
        if not self._learned.done:
            raise self._takes.unlearned("rhythmic-head-motion")
        (clip,) = self._heard([Example(subject, features)])
        if len(clip) < self._stretch.base:
            return self
        personal = copy.copy(self)
        if self._steps and len(clip) >= self._stretch.base + self._stretch.ahead:
            personal._learned = copy.deepcopy(self._learned)
            plan = Plan(steps=self._steps, batch=8)
            learn_here(personal._stage([clip], plan, Material(Dataset([]))), plan.seed)
        personal._personal = manner_of(personal._learned.own.eval(), clip, self._watching)
        return personal

    def stage(self, name: str, material: Material, plan: Plan) -> Stage:
        """See Trainable; there is one, "head-motion"."""
        if not self._learned.done:
            self._learned.renew(plan.seed)
        return self._stage(self._heard(material.examples), plan, material)

    def weights(self) -> dict[str, Tensor]:
        """See Trainable."""
        return dict(self._learned.own.state_dict())

    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        """See Trainable."""
        self._learned.load(weights, "head_motion")
        self._learned.own.eval()
        self._file, self._personal = None, None

    def _stage(self, clips: Sequence[Heard], plan: Plan, material: Material) -> Stage:
        network = self._learned.own

        def done() -> None:
            network.cpu()
            self._learned.finish()
            seen = [clip for clip in clips if len(clip) >= SHORTEST]
            usually = Watching(self._stretch.base)
            manners = [manner_of(network, clip, usually).manner for clip in seen]
            network.keep_usual(manners)

        critics = material.critics_of("attributes")
        weights = motion_weights(plan.preset, plan.weights)
        lesson = MotionLesson(clips, self._stretch, plan, self._rate, weights, critics)
        return MotionStage(lesson, network, done)

    def _heard(self, examples: Sequence[Example]) -> list[Heard]:
        targets = [MotionUnits.of(e.subject).numbers(e.subject.fit) for e in examples]
        calm = [smoothed(numbers[None], self._taps)[0] for numbers in targets]
        return heard(examples, calm, self._takes)


def _check_odd(*taps: int) -> None:
    if any(count % 2 == 0 for count in taps):
        what = f"hear_taps and motion_taps must be odd, they are {taps[0]} and {taps[1]}"
        raise RecipeError(what, where="head_motion", do="use odd numbers, or 1 for none")
