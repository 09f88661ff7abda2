"""FacialGan: speech features to expression, head pose and blinks."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs
import torch
from torch import Tensor

from visemix.core.errors import CheckpointError, InvalidValue, RecipeError, TrainingError
from visemix.core.interfaces import AttributeModel
from visemix.core.shapes import Value
from visemix.core.smoothing import Smoothing
from visemix.core.training.checkpoint import load_module, read_tensors
from visemix.core.training.learned import seeded, unlearned
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan, Stage, Trainable
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.features import AudioFeatures
from visemix.core.values.pose import PoseConvention
from visemix.core.values.subject import Subject
from visemix.core.windows import Step, Window
from visemix.plugins.facial.attribute_stage import SCHEDULES, AttributeStage, Lesson
from visemix.plugins.facial.excerpts import Excerpts, Spoken
from visemix.plugins.facial.generator import WIDTH, Generator, Size
from visemix.plugins.facial.layout import outputs_of
from visemix.plugins.facial.losses import objective
from visemix.plugins.facial.speaking import Carried, Stitching
from visemix.plugins.facial.spread import lost_spread
from visemix.plugins.facial.units import Units

SMOOTHING = Smoothing(window=7, order=3, pose_taps=5)
"""Savitzky-Golay over everything, then a Gaussian over the pose (A.4, steps 4 and 5)."""

GAIN = "pose_gain"
"""Name, among the weights, of what the pose lacks in spread."""


@attrs.frozen(eq=False)
class Speaking(Value):
    """State between blocks.

    Attributes:
        units: of the person.
        carried: from window to window.
    """

    units: Units
    carried: Carried


class FacialGan(AttributeModel, Trainable):
    """FACIAL-GAN (Zhang et al., ICCV 2021), PAPER.md.

    Args:
        features: kinds of features that it takes.
        width: features per row.
        rows: per frame.
        fps: frames per second, for the recipe's check.
        basis: of the expression.
        pose_convention: of the six pose numbers.
        window: frames seen at once, a multiple of 32.
        channels: of the temporal network, a multiple of 8.
        use_local: whether each frame is heard on its own.
        use_temporal: whether the whole window is heard.
        noise: standard deviation of noise on standardised features in training.
        deaf: share of them that is dropped in training.
        seam: frames over which a window leaves the state that it began with.
        rate: learning rate; 0 for the preset's.
        spread: how much of the spread that the pose of unknown speech lacks is given back, 0 to 1.
        released_gaussian: smooth the pose with the released code's filter, which comes a frame
            early.
        weights: a .safetensors file, or "none" to train from nothing.

    Raises:
        RecipeError: settings that cannot be.
        CheckpointError: weights that are missing, damaged, or of other sizes.
    """

    def __init__(  # noqa: PLR0913 - one argument per setting of the manifest
        self,
        *,
        features: Sequence[str] = ("deepspeech",),
        width: int = 29,
        rows: int = 16,
        fps: float = 25.0,
        basis: str = "landmark-mesh-64",
        pose_convention: str = "euler_deg_ortho",
        window: int = 128,
        channels: int = 256,
        use_local: bool = True,
        use_temporal: bool = True,
        noise: float = 0.0,
        deaf: float = 0.0,
        seam: int = 8,
        spread: float = 0.0,
        released_gaussian: bool = False,
        rate: float = 0.0,
        weights: str = "none",
    ) -> None:
        del fps
        _check_sizes(window, channels, hears=use_local or use_temporal)
        if width == WIDTH and (noise or deaf):
            what = f"noise and deaf disturb projected features, and {width} numbers a row are not"
            raise RecipeError(what, where="attribute_model", do="set both to 0")
        self._kinds, self._shape = tuple(features), (rows, width)
        self._basis, self._convention = basis, PoseConvention(pose_convention)
        self._size = Size(
            outputs_of(basis), rows, width, channels, use_local, use_temporal, noise, deaf
        )
        self._stitching, self._rate = Stitching(window, seam), rate
        self._spread, self._gain = spread, torch.ones(6)
        self.smoothing = attrs.evolve(SMOOTHING, pose_peak=int(released_gaussian))
        self.window = Window(block=window - 1, future=1)
        self._generator = Generator(self._size).eval()
        self._learned = False
        self._file = None if weights == "none" else Path(weights)
        if self._file is not None:
            self._take(read_tensors(self._file), self._file)

    def files(self) -> dict[str, Path]:
        """What it was made from; its hash goes into the lock of a run."""
        return {"weights": self._file} if self._file is not None else {}

    def begin(self, subject: Subject, seed: int) -> Speaking:
        """The mean pose and a neutral face; nothing here is random.

        Raises:
            CheckpointError: the network has not learned anything.
        """
        del seed
        if not self._learned:
            otherwise = "name a file with attribute_model.weights"
            raise unlearned("facial-gan", "attribute_model", otherwise)
        still = torch.zeros(self._size.outputs)
        units = Units.of(subject, self._convention)
        return Speaking(units.wider(self._gain**self._spread), Carried(still))

    @torch.no_grad()
    def predict(self, features: AudioFeatures, state: object) -> Step[FaceAttributes]:
        """The block of all frames but the last.

        Raises:
            InvalidValue: features of another kind or shape.
        """
        assert isinstance(state, Speaking)
        self._check(features)
        numbers, carried = self._stitching.block(features.values, state.carried, self._say)
        made = state.units.attributes(numbers, features.fps, self._basis)
        return Step(made, attrs.evolve(state, carried=carried))

    def stage(self, name: str, material: Material, plan: Plan) -> Stage:
        """See Trainable.

        Raises:
            TrainingError: no clip is long enough, or the personal stage has nothing to start from.
        """
        if name == "personal" and not self._learned:
            what = "the personal stage starts from general weights, and there are none"
            raise TrainingError(what, where="attribute_model", do="train the stage 'general' first")
        wanted = objective(plan.preset, plan.weights)
        schedule = SCHEDULES[plan.preset, name]
        if name == "general":
            with seeded(plan.seed):
                self._generator = Generator(self._size)
        frames, batch = self._stitching.window, plan.batch or schedule.batch
        excerpts = Excerpts.of(self._spoken(material), frames, schedule.every, batch, plan.seed)
        lesson = Lesson(
            name,
            plan.steps or schedule.epochs * excerpts.per_epoch,
            self._rate or schedule.rate,
            excerpts,
            wanted,
            material.critics_of("attributes"),
        )
        return AttributeStage(lesson, self._generator, lambda: self._learn_gain(excerpts.clips))

    def weights(self) -> dict[str, Tensor]:
        """See Trainable."""
        return {**self._generator.state_dict(), GAIN: self._gain}

    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        """See Trainable."""
        self._take(weights, "attribute_model")
        self._file = None

    def _take(self, weights: Mapping[str, Tensor], where: object) -> None:
        gain = weights.get(GAIN)
        if gain is None or gain.shape != self._gain.shape:
            what = f"its {GAIN!r} is missing or not six numbers"
            raise CheckpointError(what, where=where, do="use weights of facial-gan")
        load_module(self._generator, {k: v for k, v in weights.items() if k != GAIN}, where)
        self._gain = gain.float()
        self._generator.eval()
        self._learned = True

    @torch.no_grad()
    def _learn_gain(self, clips: Sequence[Spoken]) -> None:
        """Called when a stage has ended."""
        self._generator.cpu().eval()
        self._gain = lost_spread(clips, self._stitching, self._say)
        self._learned = True

    def _say(self, features: Tensor, state: Tensor) -> Tensor:
        said: Tensor = self._generator(features[None], state[None])[0]
        return said

    def _spoken(self, material: Material) -> list[Spoken]:
        spoken = []
        for example in material.examples:
            self._check(example.features)
            subject = example.subject
            numbers = Units.of(subject, self._convention).numbers(subject.fit, self._basis)
            frames = min(len(numbers), len(example.features.values))
            cut = subject.track.cut[:frames]
            spoken.append(Spoken(example.features.values[:frames], numbers[:frames], cut))
        return spoken

    def _check(self, features: AudioFeatures) -> None:
        found = tuple(features.values.shape[1:])
        if features.kind not in self._kinds or found != self._shape:
            rows, width = self._shape
            wanted = f"{' or '.join(self._kinds)} features, {rows} rows of {width}"
            what = f"expected {wanted}, got {features.kind}, {found[0]} rows of {found[1]}"
            raise InvalidValue(what, where="attribute_model", do="use a fitting audio encoder")


def _check_sizes(window: int, channels: int, hears: bool) -> None:
    if window % 32 or channels % 8:
        what = f"window={window} must be a multiple of 32 and channels={channels} of 8"
        raise RecipeError(what, where="attribute_model", do="use such numbers")
    if not hears:
        what = "use_local and use_temporal are both off, so nothing would hear the sound"
        raise RecipeError(what, where="attribute_model", do="switch one of them on")
