"""The published network as a Network: eq. 2, Adam, windows of 16 frames."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import attrs
import torch
from torch import Tensor

from visemix.core.errors import TrainingError
from visemix.core.training.dataset import Dataset, Example
from visemix.core.training.dealing import batch_of, whole_batches
from visemix.core.training.stage import Batch, LossBook, Modules, Plan, Shard, Stage, Turn
from visemix.core.training.weights import chosen
from visemix.core.values.features import AudioFeatures
from visemix.core.values.subject import Subject
from visemix.plugins.lstm_pose.bases import LANDMARK_MESH, POSE, Basis
from visemix.plugins.lstm_pose.clips import beginning, full_movement
from visemix.plugins.lstm_pose.compact_network import check_layout
from visemix.plugins.lstm_pose.head import pose_gain
from visemix.plugins.lstm_pose.losses import published_losses, published_weights
from visemix.plugins.lstm_pose.network import Network, Said
from visemix.plugins.lstm_pose.published import CHANNELS, PublishedNetwork

FRAMES = 16
BETAS = (0.5, 0.999)
BATCH = 16
RATES = {"general": 2e-4, "personal": 1e-4}
EPOCHS = {"general": 10, "personal": 100}
"""Of the released code; the paper does not say how the general network was trained."""

PERSONAL_FRAMES = 300
"""The paper's choice of 100, 200, 300, 500 and 800: 12 s."""


POSE_UNIT = 0.1
"""What a standard deviation of the pose counts as: the radians and decimetres, in which eq. 2
weighs the pose against the expression, are about so large."""

LARGEST_GAIN = 20.0
"""Eq. 2 shrinks the pose, and what is left of it is smooth: more is needed than in the default."""

MEASURED = 2000
"""Frames that the spread of the predicted pose is measured on."""


class PublishedModel(Network):
    """Expression as it is, pose in standard deviations of the clip times POSE_UNIT.

    The released code predicts radians and model units; as crops differ between people, and the
    pose's range is the reference's anyway, every clip's own mean and spread are taken out here.

    Args:
        basis: of the expression.
        personal_frames: how much of every clip the personal stage learns from; 0 for 300.
        channels: width of the network.
    """

    def __init__(
        self,
        basis: Basis = LANDMARK_MESH,
        personal_frames: int = 0,
        channels: int = CHANNELS,
    ) -> None:
        self._basis, self._personal_frames = basis, personal_frames or PERSONAL_FRAMES
        self._channels = channels
        self._network = self._fresh().eval()
        self._learned = False

    @property
    def _outputs(self) -> int:
        return self._basis.size + POSE

    @property
    def learned(self) -> bool:
        """See Network."""
        return self._learned

    @property
    def gain(self) -> Tensor:
        """See Network."""
        return self._network.gain

    def speak(self, features: AudioFeatures, memory: object) -> tuple[Said, object]:
        """See Network."""
        before = memory if isinstance(memory, tuple) else None
        with torch.no_grad():
            said, after = self._network.speak(features.values[None], before)
        return Said(said[0][:, self._basis.moving], said[0, :, -POSE:] / POSE_UNIT), after

    def adapted(self, subject: Subject, features: AudioFeatures) -> Network:
        """Itself: a person is learned with ``visemix train --stage personal``, in minutes."""
        del subject, features
        return self

    def stage(self, name: str, data: Dataset, plan: Plan) -> Stage:
        """See Network.

        Raises:
            TrainingError: no clip is long enough, or the personal stage has nothing to start from.
        """
        if name == "personal" and not self._learned:
            what = "the personal stage starts from general weights, and there are none"
            raise TrainingError(what, where="attribute_model", do="train the stage 'general' first")
        weights = chosen(published_weights(plan.preset, self._outputs), plan.weights)
        examples = data.examples
        if name == "general":
            torch.manual_seed(plan.seed)
            self._network = self._fresh()
        else:
            examples = [beginning(example, self._personal_frames) for example in examples]
        excerpts = Excerpts.of(examples, plan, self._basis)
        return Regression(name, self._network, excerpts, weights, self._done)

    def weights(self) -> dict[str, Tensor]:
        """See Network."""
        return dict(self._network.state_dict())

    def load_weights(self, weights: Mapping[str, Tensor], where: object) -> None:
        """See Network."""
        check_layout(self.weights(), weights, where)
        self._network.load_state_dict(dict(weights))
        self._done()

    def _fresh(self) -> PublishedNetwork:
        return PublishedNetwork(self._outputs, self._channels)

    def _done(self) -> None:
        self._network.eval()
        self._learned = True


@attrs.frozen(eq=False)
class Excerpts:
    """Windows of 16 frames at every frame of every clip, in an order that the epoch decides.

    Attributes:
        features: per clip [T, 28, 12].
        targets: per clip [T, N].
        places: [N, 2] clip and first frame.
        plan: seed and limits.
    """

    features: Sequence[Tensor]
    targets: Sequence[Tensor]
    places: Tensor
    plan: Plan

    @staticmethod
    def of(examples: Sequence[Example], plan: Plan, basis: Basis = LANDMARK_MESH) -> "Excerpts":
        """Every clip of at least 16 frames.

        Raises:
            TrainingError: there is none.
        """
        targets = [_targets(example.subject, basis) for example in examples]
        places = [
            (clip, first)
            for clip, numbers in enumerate(targets)
            for first in range(len(numbers) - FRAMES + 1)
        ]
        if not places:
            what = f"no clip has {FRAMES} frames"
            raise TrainingError(what, where="the dataset", do="prepare longer videos")
        features = [example.features.values for example in examples]
        return Excerpts(features, targets, torch.tensor(places), plan)

    @torch.no_grad()
    def predicted(self, network: PublishedNetwork) -> list[tuple[Tensor, Tensor]]:
        """What ``network`` says of the clips, and the truth; of MEASURED frames in all."""
        each = max(MEASURED // len(self.features), FRAMES)
        device = network.gain.device
        pairs = zip(self.features, self.targets, strict=True)
        clips = [(f[: min(each, len(t))], t[:each]) for f, t in pairs]
        return [(network(f[None].to(device))[0].cpu(), t) for f, t in clips]

    def steps(self, name: str) -> int:
        """Of a stage."""
        return self.plan.steps or EPOCHS[name] * whole_batches(len(self.places), self.batch)

    @property
    def batch(self) -> int:
        """Windows per step over all processes."""
        return self.plan.batch or BATCH

    def draw(self, step: int, shard: Shard) -> tuple[Tensor, Tensor]:
        """[B, 16, 28, 12] and [B, 16, N] of this process."""
        size = (len(self.places), self.batch)
        chosen_places = self.places[batch_of(size, self.plan.seed, step, shard)].tolist()
        pieces = [
            (self.features[c][f : f + FRAMES], self.targets[c][f : f + FRAMES])
            for c, f in chosen_places
        ]
        features, targets = zip(*pieces, strict=True)
        return torch.stack(features), torch.stack(targets)


class Regression(Stage):
    """One network, eq. 2."""

    def __init__(
        self,
        name: str,
        network: PublishedNetwork,
        excerpts: Excerpts,
        weights: Mapping[str, float],
        done: Callable[[], None],
    ) -> None:
        self.name, self.steps = name, excerpts.steps(name)
        self._excerpts, self._weights, self._done = excerpts, weights, done
        self.modules, self._network = {"network": network.train()}, network
        optimizer = torch.optim.Adam(network.parameters(), RATES[name], betas=BETAS)
        self.turns = [Turn("network", optimizer, partial(self._losses))]

    def batch(self, step: int, shard: Shard) -> Batch:
        """See Excerpts."""
        return self._excerpts.draw(step, shard)

    def finish(self) -> None:
        """The network is ready; how much it shrinks the pose is measured."""
        self._done()
        said = self._excerpts.predicted(self._network)
        self._network.gain.copy_(pose_gain(said, LARGEST_GAIN))

    def _losses(self, modules: Modules, batch: Batch) -> LossBook:
        features, targets = batch
        return published_losses(modules["network"](features), targets, self._weights)


def _targets(subject: Subject, basis: Basis) -> Tensor:
    """[T, N] expression, then the pose: deviations from the clip's mean, in units of its spread."""
    moved = full_movement(subject.fit, basis)
    pose = moved[:, -POSE:]
    scale = pose.std(0, correction=0).clamp_min(1e-3)
    return torch.cat((moved[:, :-POSE], (pose - pose.mean(0)) / scale * POSE_UNIT), 1)
