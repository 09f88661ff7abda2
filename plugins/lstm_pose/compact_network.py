"""CompactNetwork: a Speaker that can be trained and adapted."""

from collections.abc import Callable, Mapping, Sequence

import attrs
from torch import Tensor

from visemix.core.errors import CheckpointError, TrainingError
from visemix.core.training.dataset import Dataset, Example
from visemix.core.training.stage import Plan, Stage
from visemix.core.training.weights import chosen
from visemix.core.values.features import AudioFeatures
from visemix.core.values.subject import Subject
from visemix.plugins.lstm_pose.bases import POSE
from visemix.plugins.lstm_pose.clips import beginning, inner_rows, movement
from visemix.plugins.lstm_pose.lessons import Course, learn
from visemix.plugins.lstm_pose.losses import COMPACT
from visemix.plugins.lstm_pose.network import Network, Said
from visemix.plugins.lstm_pose.personal import digest, remembered, same_layout
from visemix.plugins.lstm_pose.schooling import Build, general_stage, personal_stage
from visemix.plugins.lstm_pose.speaker import Speaker
from visemix.plugins.lstm_pose.threads import one_thread

VERSION = 5
"""Of what personal weights mean; another version learns them again."""

GENERAL = Course(steps=400, batch=16, frames=60, rate=2e-3, seed=0, weights=COMPACT)
PERSONAL = Course(100, batch=8, frames=60, rate=1e-3, seed=0, weights=COMPACT, unsquared=True)


@attrs.frozen
class Manner:
    """How the compact network speaks.

    Attributes:
        share: of the linear head in the average.
        personal_steps: steps of learning a person inside ``generate``.
        liveliness: see Course.
        personal_frames: frames of a person that are learned from, 0 for all.
    """

    share: float = 0.5
    personal_steps: int = 100
    liveliness: float = 0.5
    personal_frames: int = 0


class CompactNetwork(Network):
    """See Speaker.

    Args:
        build: sizes.
        manner: how it speaks.
    """

    def __init__(self, build: Build, manner: Manner) -> None:
        self._build, self._manner = build, manner
        self._speaker = Speaker.empty(build.size, build.directions, build.members)
        self._learned = False

    @property
    def learned(self) -> bool:
        """See Network."""
        return self._learned

    @property
    def gain(self) -> Tensor:
        """See Network."""
        return self._speaker.gain

    def speak(self, features: AudioFeatures, memory: object) -> tuple[Said, object]:
        """See Network."""
        windows = inner_rows(features, self._build.size.reach)
        before = memory if isinstance(memory, list) else None
        numbers, after = self._speaker.speak(windows, self._manner.share, before)
        units = self._speaker.units
        moved = numbers[:, :-POSE] * units.scale[:-POSE] + units.mean[:-POSE]
        return Said(moved, numbers[:, -POSE:]), after

    def adapted(self, subject: Subject, features: AudioFeatures) -> Network:
        """Learned on the reference, or found in the subject's folder."""
        example = beginning(Example(subject, features), self._manner.personal_frames)
        moved = movement(example.subject.fit, self._build.basis)
        seen = {"features": example.features.values, "moved": moved}
        key = digest(self.weights() | seen, f"{VERSION} {self._build} {self._manner}")
        personal = CompactNetwork(self._build, self._manner)
        layout = self.weights()

        def learned() -> dict[str, Tensor]:
            found: list[Speaker] = []
            course = attrs.evolve(
                PERSONAL, steps=self._manner.personal_steps, liveliness=self._manner.liveliness
            )
            stage = self._personal([example], course, found.append)
            with one_thread():
                learn(stage, course.seed)
            return found[0].weights()

        weights = remembered(subject.folder, key, learned)
        if not same_layout(weights, layout):
            weights = learned()
        personal.load_weights(weights, subject.folder)
        return personal

    def stage(self, name: str, data: Dataset, plan: Plan) -> Stage:
        """See Network.

        Raises:
            TrainingError: the personal stage has nothing to start from.
        """
        preset = GENERAL if name == "general" else PERSONAL
        course = attrs.evolve(
            preset,
            steps=plan.steps or preset.steps,
            batch=plan.batch or preset.batch,
            seed=plan.seed,
            weights=chosen(COMPACT, plan.weights),
            liveliness=self._manner.liveliness,
        )
        if name == "general":
            return general_stage(data.examples, self._build, course, self._take)
        if not self._learned:
            what = "the personal stage starts from general weights, and there are none"
            raise TrainingError(what, where="attribute_model", do="train the stage 'general' first")
        frames = self._manner.personal_frames
        examples = [beginning(example, frames) for example in data.examples]
        return self._personal(examples, course, self._take)

    def _personal(
        self, examples: Sequence[Example], course: Course, done: Callable[[Speaker], None]
    ) -> Stage:
        return personal_stage(examples, self._speaker, self._build.basis, course, done)

    def weights(self) -> dict[str, Tensor]:
        """See Network."""
        return self._speaker.weights()

    def load_weights(self, weights: Mapping[str, Tensor], where: object) -> None:
        """See Network."""
        check_layout(self.weights(), weights, where)
        self._take(self._speaker.with_weights({k: v.float() for k, v in weights.items()}))

    def _take(self, speaker: Speaker) -> None:
        self._speaker, self._learned = speaker, True


def check_layout(own: Mapping[str, Tensor], given: Mapping[str, Tensor], where: object) -> None:
    """Compare names and shapes.

    Raises:
        CheckpointError: they differ.
    """
    wrong = sorted(set(own) ^ set(given))
    wrong += [name for name in own if name in given and own[name].shape != given[name].shape]
    if wrong:
        what = f"its weights do not fit this network ({len(wrong)} differ, {wrong[0]!r} first)"
        do = "use the settings that it was trained with"
        raise CheckpointError(what, where=where, do=do)
