"""The stages ``reconstruction`` (without critics) and ``adversarial`` (with them), eq. 8."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import attrs
import torch
from torch import Tensor, nn
from torch.optim import Adam

from visemix.core.interfaces import Judgement
from visemix.core.training.adversarial import GanLoss, Judge, fool, frozen, judges_for, tell_apart
from visemix.core.training.fast import fast
from visemix.core.training.material import Critic
from visemix.core.training.perceptual import PerceptualLoss
from visemix.core.training.stage import (
    Batch,
    Loss,
    LossBook,
    Modules,
    Shard,
    Stage,
    Trainable,
    Turn,
)
from visemix.plugins.audio2au.action_unit_loss import ActionUnitLoss
from visemix.plugins.audio2au.lessons import Lesson, Lessons
from visemix.plugins.audio2au.losses import identity_loss, reconstruction_loss
from visemix.plugins.audio2au.manner import AS_PUBLISHED, Manner
from visemix.plugins.audio2au.pictures import FaceNetwork
from visemix.plugins.audio2au.pre_training import BETAS
from visemix.plugins.audio2au.scene import ENCODER, FACE, UNITS, Scene
from visemix.plugins.audio2au.speech import SpeechNetwork

RECONSTRUCTION, ADVERSARIAL = "reconstruction", "adversarial"
CLASSIFIES = "action-units"
"""What a critic judges that knows action units; the others tell real from made."""

SHOWN = 6
"""Frames in a sample picture."""


@attrs.frozen(eq=False)
class Course:
    """How the generator learns.

    Attributes:
        name: of the stage.
        lessons: what it is shown.
        steps: of the stage.
        weights: of the terms of eq. 8.
        unit_loss: of action units.
        perceptual: the perceptual loss, None for none.
        rate: learning rate of the generator, and of critics without one of their own.
        units_rate: learning rate of Audio2AU; 0 leaves it as it was pre-trained.
        manner: of learning, where it is not the paper's.
    """

    name: str
    lessons: Lessons
    steps: int
    weights: Mapping[str, float]
    unit_loss: ActionUnitLoss
    perceptual: PerceptualLoss | None
    rate: float
    units_rate: float
    manner: Manner = AS_PUBLISHED


class GeneratorStage(Stage):
    """One step: the critics, the generator, then what knows action units goes on learning.

    Args:
        speech: learns.
        face: learns.
        critics: of the recipe; those that tell real from made rest in ``reconstruction``.
        course: how.
        partners: other parts that learn here.
        done: called after the last step.

    Raises:
        InvalidValue: a critic cannot judge such pictures.
    """

    def __init__(
        self,
        speech: SpeechNetwork,
        face: FaceNetwork,
        critics: Sequence[Critic],
        course: Course,
        *,
        partners: Mapping[str, Trainable],
        done: Callable[[], None],
    ) -> None:
        self.name, self.steps, self.partners = course.name, course.steps, partners
        self._course, self._done = course, done
        self._pace = partial(course.manner.pace, steps=course.steps)
        like = Scene.of(course.lessons.example())
        judges = judges_for(critics, lambda critic: like.sample(critic, like.real))
        self._knowing = [j for j in judges if j.critic.part.judges == CLASSIFIES]
        self._telling = [j for j in judges if j.critic.part.judges != CLASSIFIES]
        networks: dict[str, nn.Module] = {ENCODER: speech.encoder, UNITS: speech.units, FACE: face}
        networks |= {judge.critic.name: judge.network for judge in judges}
        self.modules = {name: network.train() for name, network in networks.items()}
        for network in (speech.encoder, face):
            fast(network, compiled=False)  # channels-last: half the time with bfloat16 on a CPU
        making = Adam([*speech.encoder.parameters(), *face.parameters()], course.rate, BETAS)
        self.turns = [
            *map(self._telling_turn, self._telling),
            Turn("generator", making, self._make, self._pace),
            *self._unit_turns(speech.units, face.size.use_audio2au),
        ]
        self._scene: Scene | None = None

    def batch(self, step: int, shard: Shard) -> Batch:
        """See Stage."""
        return self._course.lessons.batch(step, shard)

    def finish(self) -> None:
        """See Stage."""
        self._scene = None
        self._done()

    @torch.no_grad()
    def picture(self) -> Tensor:
        """Identity image and real frames above, made frames below."""
        own = list(self.modules.values())
        modes = [module.training for module in own]
        for module in own:
            module.eval()
        lesson = self._course.lessons.example()
        lesson = lesson.to(next(self.modules[FACE].parameters()).device)
        scene = Scene.of(lesson).played(self.modules)
        for module, mode in zip(own, modes, strict=True):
            module.train(mode)
        assert scene.made is not None
        made = ((scene.made[0] + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
        place = torch.linspace(0, len(made) - 1, SHOWN).long()
        above = torch.cat((lesson.still, lesson.frames[0, place]))
        below = torch.cat((torch.zeros_like(lesson.still), made[place]))
        return torch.cat([torch.cat(list(row), -1) for row in (above, below)], -2)

    def _telling_turn(self, judge: Judge) -> Turn:
        optimizer = Adam(judge.network.parameters(), self._rate_of(judge.critic), BETAS)
        return Turn(judge.critic.name, optimizer, partial(self._tell, judge.critic), self._pace)

    def _unit_turns(self, units: nn.Module, heard: bool) -> list[Turn]:
        """The turns of what goes on learning action units, Audio2AU and classifiers."""
        turns, course = [], self._course
        if heard and course.units_rate:
            optimizer = Adam(units.parameters(), course.units_rate, BETAS)
            turns.append(Turn(UNITS, optimizer, self._hear))
        for judge in self._knowing:
            if rate := self._rate_of(judge.critic):
                optimizer = Adam(judge.network.parameters(), rate, BETAS)
                turns.append(Turn(judge.critic.name, optimizer, partial(self._see, judge.critic)))
        return turns

    def _rate_of(self, critic: Critic) -> float:
        return self._course.rate if critic.part.rate is None else critic.part.rate

    def _tell(self, critic: Critic, modules: Modules, lesson: Batch) -> LossBook:
        """What a critic learns that tells real from made."""
        scene = self._scene_of(modules, lesson)
        assert scene.made is not None
        network = modules[critic.name]
        real: Judgement = network(scene.sample(critic, scene.real))
        made: Judgement = network(scene.sample(critic, scene.made.detach()))
        return {"adversarial": Loss(tell_apart(real, made, GanLoss.LOG))}

    def _make(self, modules: Modules, lesson: Batch) -> LossBook:
        """Eq. 8."""
        scene, weights = self._scene_of(modules, lesson), self._course.weights
        made = scene.made
        assert made is not None
        book = {
            "reconstruction": Loss(
                reconstruction_loss(made, scene.real, self._course.manner.mouth_weight),
                weights["reconstruction"],
            ),
            "identity": Loss(identity_loss(made, scene.still), weights["identity"]),
        }
        perceptual = self._course.perceptual
        if perceptual is not None and weights["perceptual"]:
            every = self._course.manner.perceptual_every
            seen = [frames[:, ::every].flatten(0, 1) for frames in (made, scene.real)]
            value = perceptual.to(made.device)(*seen)
            book[f"perceptual {perceptual.name}"] = Loss(value, weights["perceptual"])
        for judge in self._knowing:
            value = self._course.unit_loss(self._seen(judge, modules, scene), lesson.labels)
            book["au"] = Loss(value, weights["au"] * judge.critic.weight)
        for judge in self._telling:
            critic = judge.critic
            with frozen(modules[critic.name]) as network:
                judgement: Judgement = network(scene.sample(critic, made))
            weight = weights["adversarial"] * critic.weight
            book[f"adversarial {critic.name}"] = Loss(fool(judgement, GanLoss.LOG), weight)
        return book

    def _seen(self, judge: Judge, modules: Modules, scene: Scene) -> Tensor:
        """[B, L, 5] what a classifier sees in the made frames."""
        assert scene.made is not None
        with frozen(modules[judge.critic.name]) as network:
            judgement: Judgement = network(scene.sample(judge.critic, scene.made))
        return judgement.scores[0].reshape(*scene.made.shape[:2], -1)

    def _hear(self, modules: Modules, lesson: Batch) -> LossBook:
        """Audio2AU goes on learning, slowly."""
        scene = self._scene_of(modules, lesson)
        assert scene.logits is not None
        return self._course.unit_loss.book(scene.logits, lesson.labels, lesson.openface)

    def _see(self, critic: Critic, modules: Modules, lesson: Batch) -> LossBook:
        """A classifier goes on learning, slowly, from real frames."""
        scene = self._scene_of(modules, lesson)
        judgement: Judgement = modules[critic.name](scene.sample(critic, scene.real))
        logits = judgement.scores[0].reshape(*scene.real.shape[:2], -1)
        return self._course.unit_loss.book(logits, lesson.labels, lesson.openface)

    def _scene_of(self, modules: Modules, lesson: Lesson) -> Scene:
        """The generator runs once a step, before the first critic."""
        if self._scene is None or self._scene.lesson is not lesson:
            self._scene = Scene.of(lesson).played(modules)
        return self._scene
