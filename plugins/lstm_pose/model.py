"""LstmPose: speech features to expression, head pose and blinks."""

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs
from torch import Tensor

from visemix.core.errors import CheckpointError, InvalidValue
from visemix.core.interfaces import AttributeModel
from visemix.core.shapes import Value
from visemix.core.timeline import length
from visemix.core.training.checkpoint import read_tensors
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan, Stage, Trainable
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.features import AudioFeatures
from visemix.core.values.subject import Subject
from visemix.core.windows import Step, Window
from visemix.plugins.lstm_pose.bases import LANDMARK_MESH, basis_named
from visemix.plugins.lstm_pose.blinking import Blinker, Blinking, blinker_of
from visemix.plugins.lstm_pose.compact import Size
from visemix.plugins.lstm_pose.compact_network import CompactNetwork, Manner
from visemix.plugins.lstm_pose.motion import Inertia, Range, follow, pose_in, range_of
from visemix.plugins.lstm_pose.network import Network
from visemix.plugins.lstm_pose.published import CHANNELS
from visemix.plugins.lstm_pose.published_network import PublishedModel
from visemix.plugins.lstm_pose.schooling import Build
from visemix.plugins.lstm_pose.weights_file import PACKAGED, weights_file

LEAST_S = 4.0
"""Shorter references teach less than the general weights know."""

REACH = 3
SILENCE = 1e-3


@attrs.frozen(eq=False)
class Speaking(Value):
    """State between blocks.

    Attributes:
        extent: where this person holds the head.
        held: [E] the person's mean expression; what sound does not move stays there.
        blinker: how this person blinks.
        inertia: of the head.
        blinking: where in time the blinks are.
        memory: of the network.
    """

    extent: Range
    held: Tensor
    blinker: Blinker
    inertia: Inertia
    blinking: Blinking
    memory: object = None


class LstmPose(AttributeModel, Trainable):
    """Yi et al., with a compact network by default (PAPER.md).

    Args:
        network: "compact" (windows of speech features) or "published" (MFCC images).
        basis: of the expression, the face model's; packaged weights speak "landmark-mesh-64".
        features: kinds of features that it takes.
        layers: of the encoder; for the recipe's check.
        width: features per row.
        rows: per frame; the compact network uses seven in the middle.
        fps: frames per second; the packaged weights were learned at 25.
        weights: "packaged", a .safetensors file, or "none" to train from nothing.
        channels: width of the published network, 64 as published.
        members: compact networks that are averaged.
        hidden: size of their LSTM.
        narrow: numbers that each row of features is reduced to.
        directions: principal directions that the linear head sees.
        share: of the linear head in the average, 0 to 1.
        dropout: in training.
        noise: on the standardised features in training.
        deaf: share of the features that are dropped in training.
        personal_steps: steps of learning a person in ``generate``.
        personal_frames: first frames of the reference that are learned from; 0 for 300 with the
            published network and for all with the compact one.
        liveliness: how much of the spread that predictions of a person lack is given back, 0 to 1.
        amplitude: factor on the motion of the face.
        head_motion: factor on the motion of the head.
        predict_pose: off holds the head still (the paper's ablation).

    Raises:
        CheckpointError: weights that are missing, damaged, or of other sizes.
    """

    window = Window(block=25)

    def __init__(  # noqa: PLR0913 - one argument per setting of the manifest
        self,
        *,
        network: str = "compact",
        basis: str = LANDMARK_MESH.name,
        features: Sequence[str] = ("moonshine",),
        layers: str = "2-3",
        width: int = 576,
        rows: int = 9,
        fps: float = 25.0,
        weights: str = PACKAGED,
        channels: int = CHANNELS,
        members: int = 6,
        hidden: int = 128,
        narrow: int = 96,
        directions: int = 256,
        share: float = 0.5,
        dropout: float = 0.5,
        noise: float = 0.8,
        deaf: float = 0.4,
        personal_steps: int = 100,
        personal_frames: int = 0,
        liveliness: float = 0.5,
        amplitude: float = 1.0,
        head_motion: float = 1.0,
        predict_pose: bool = True,
    ) -> None:
        del layers, fps
        self._kinds, self._shape = tuple(features), (rows, width)
        self._amplitude, self._head_motion = amplitude, head_motion if predict_pose else 0.0
        self._basis = basis_named(basis)
        self._file = weights_file(weights, network, self._basis)
        if network == "published":
            self._network: Network = PublishedModel(self._basis, personal_frames, channels)
        else:
            numbers = self._basis.outputs
            size = Size(width, REACH, narrow, hidden, dropout, noise, deaf, numbers)
            manner = Manner(share, personal_steps, liveliness, personal_frames)
            build = Build(size, directions, members, self._basis)
            self._network = CompactNetwork(build, manner)
        if self._file is not None:
            self._network.load_weights(read_tensors(self._file), self._file)

    def files(self) -> dict[str, Path]:
        """What it was made from; its hash goes into the lock of a run."""
        return {"weights": self._file} if self._file is not None else {}

    def begin(self, subject: Subject, seed: int) -> Speaking:
        """Mean pose, eyes open.

        Raises:
            CheckpointError: the network has not learned anything.
        """
        self._require_weights()
        extent = range_of(subject, self._head_motion)
        held = self._held(subject)
        blinker = blinker_of(subject, subject.fps, seed)
        return Speaking(extent, held, blinker, Inertia.still(), blinker.begin())

    def predict(self, features: AudioFeatures, state: object) -> Step[FaceAttributes]:
        """The block; what it looks at around it is in the features' windows.

        Raises:
            InvalidValue: features of another kind or shape.
        """
        assert isinstance(state, Speaking)
        self._check(features)
        said, memory = self._network.speak(features, state.memory)
        expression = state.held.repeat(length(features), 1)
        expression[:, self._basis.moving] = said.expression * self._amplitude
        deviations, inertia = follow(said.pose, state.inertia)
        blink, blinking = state.blinker.draw(length(features), state.blinking)
        made = FaceAttributes(
            fps=features.fps,
            expression=expression,
            basis=self._basis.name,
            pose=pose_in(state.extent, deviations * self._network.gain),
            blink=blink,
        )
        after = attrs.evolve(state, inertia=inertia, blinking=blinking, memory=memory)
        return Step(made, after)

    def personalise(self, subject: Subject, features: AudioFeatures) -> AttributeModel:
        """Learns the person in seconds, or finds in the subject's folder what was learned."""
        self._require_weights()
        self._check(features)
        if length(features) < LEAST_S * features.fps or _silent(subject):
            return self
        personal = copy.copy(self)
        personal._network = self._network.adapted(subject, features)
        return personal

    def stage(self, name: str, material: Material, plan: Plan) -> Stage:
        """See Trainable."""
        for example in material.examples:
            self._check(example.features)
        return self._network.stage(name, material.data, plan)

    def weights(self) -> dict[str, Tensor]:
        """See Trainable."""
        return self._network.weights()

    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        """See Trainable."""
        self._network.load_weights(weights, "attribute_model")
        self._file = None

    def _held(self, subject: Subject) -> Tensor:
        """This person's mean expression.

        Raises:
            InvalidValue: the subject has another expression basis.
        """
        mean, found = subject.statistics.expression_mean, subject.fit.attributes.basis
        if found != self._basis.name or len(mean) != self._basis.size:
            what = f"the subject has the expression basis {found!r}, not {self._basis.name!r}"
            do = "prepare it with this recipe, or set attribute_model.basis"
            raise InvalidValue(what, where="attribute_model", do=do)
        return mean

    def _require_weights(self) -> None:
        if not self._network.learned:
            what = "lstm-pose has not learned anything yet with these settings"
            do = (
                "train it with 'visemix train' and name the run's folder with --checkpoint,"
                " or use the compact network with weights: packaged"
            )
            raise CheckpointError(what, where="attribute_model", do=do)

    def _check(self, features: AudioFeatures) -> None:
        found = tuple(features.values.shape[1:])
        if features.kind not in self._kinds or found != self._shape:
            rows, width = self._shape
            wanted = f"{' or '.join(self._kinds)} features, {rows} rows of {width}"
            what = f"expected {wanted}, got {features.kind}, {found[0]} rows of {found[1]}"
            raise InvalidValue(what, where="attribute_model", do="use a fitting audio encoder")


def _silent(subject: Subject) -> bool:
    """Whether the reference has no sound to learn from."""
    return subject.audio is None or float(subject.audio.samples.abs().amax()) < SILENCE
