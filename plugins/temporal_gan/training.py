"""The stage ``end-to-end``: the three critics in turn, then the generator (section 3.3)."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import attrs
import torch
from torch import Tensor, nn
from torch.optim import Adam

from visemix.core.interfaces import Judgement, Sample
from visemix.core.training.adversarial import Judge, frozen, judges_for
from visemix.core.training.best import BestWeights
from visemix.core.training.frame_batch import signed
from visemix.core.training.material import Critic
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
from visemix.core.training.summary import ACCURACY
from visemix.plugins.temporal_gan.generator import Generator
from visemix.plugins.temporal_gan.lessons import Lesson, Lessons
from visemix.plugins.temporal_gan.losses import (
    accuracy,
    adversarial_loss,
    image_loss,
    mouth_loss,
    reconstruction_loss,
    sequence_loss,
    synchronisation_loss,
)
from visemix.plugins.temporal_gan.scene import Scene
from visemix.plugins.temporal_gan.watch import SyncWatch

RATE = 1e-4
"""Of the generator, and of critics without a rate of their own."""

BETAS = (0.5, 0.999)
"""Of Adam; the paper does not say."""

DECAY_EPOCHS = 10
GENERATOR_DECAY, CRITIC_DECAY = 0.98, 0.9
"""Factors on the learning rates every DECAY_EPOCHS."""

LATENT, FACE, WATCH, BEST = "latent", "face", "watch", "best"
SHOWN = 6
"""Frames in a sample picture."""


@attrs.frozen(eq=False)
class Course:
    """How they learn.

    Attributes:
        lessons: what they are shown.
        steps: in all.
        epoch: steps of an epoch.
        weights: of the terms "l1", "adversarial" and "mouth".
        lower_half: whether the L1 term sees the lower half only.
        alone: steps before the critics join; they need a term beside the critics'.
        warm_up: steps over which the critics' word comes to count, from then on.
        rate: of the generator.
        keep_best: whether the weights of the best trial are taken in the end.
    """

    lessons: Lessons
    steps: int
    epoch: int
    weights: Mapping[str, float]
    lower_half: bool = True
    alone: int = 0
    warm_up: int = 0
    rate: float = RATE
    keep_best: bool = True


class GanStage(Stage):
    """One step: every critic on what is real, shifted and made, then the generator.

    Args:
        generator: learns.
        critics: of the recipe; without any there are no adversarial terms.
        course: how.
        watch: may end the stage.
        partners: other parts that learn here.
        done: called after the last step.

    Raises:
        InvalidValue: a critic cannot judge such pictures.
    """

    def __init__(
        self,
        generator: Generator,
        critics: Sequence[Critic],
        course: Course,
        watch: SyncWatch,
        partners: Mapping[str, Trainable],
        done: Callable[[], None],
    ) -> None:
        self.name, self.steps, self.partners = "end-to-end", course.steps, partners
        self._generator, self._course, self._watch = generator, course, watch
        self._done = done
        judged = critics if course.weights["adversarial"] else []
        lesson: Lesson = self.batch(0, Shard())
        like = Scene(lesson, signed(lesson.frames), signed(lesson.still))
        self._judges = judges_for(judged, lambda critic: like.sample(critic, like.real))
        networks: dict[str, nn.Module] = {LATENT: generator.latent, FACE: generator.face}
        networks |= {judge.critic.name: judge.network for judge in self._judges}
        self.modules = {name: network.train() for name, network in networks.items()}
        self._best = BestWeights({LATENT: generator.latent, FACE: generator.face})
        self.modules = {**self.modules, WATCH: watch, BEST: self._best}
        self.turns = [self._critic_turn(judge) for judge in self._judges]
        both = [*generator.latent.parameters(), *generator.face.parameters()]
        making = Turn("generator", Adam(both, course.rate, BETAS), self._make, self._generator_rate)
        self.turns = [*self.turns, making]
        self._scene: Scene | None = None

    def batch(self, step: int, shard: Shard) -> Batch:
        """See Stage."""
        return self._course.lessons.batch(step, shard)

    def review(self, done: int) -> bool:
        """Whether the mouths of held-out clips follow their sound no better than before."""
        before = float(self._watch.best)
        enough = self._watch.review(done, self._generator.clip)
        if float(self._watch.best) > before:
            self._best.keep()
        return enough

    def finish(self) -> None:
        """See Stage."""
        self._scene = None
        if self._course.keep_best:
            self._best.restore()
        self._done()

    def picture(self) -> Tensor:
        """Still and real frames above, made frames below."""
        bank, made = self._course.lessons.example(self._generator.clip)
        place = torch.linspace(0, len(made) - 1, SHOWN).long()
        above = torch.cat((bank.real[:1], bank.real[place]))
        below = torch.cat((torch.zeros_like(bank.real[:1]), made[place]))
        rows = [torch.cat(list(pictures), -1) for pictures in (above, below)]
        return torch.cat(rows, -2)

    def _critic_turn(self, judge: Judge) -> Turn:
        rate = judge.critic.part.rate or RATE
        optimizer = Adam(judge.network.parameters(), rate, BETAS)
        losses = partial(self._judge, judge.critic)
        return Turn(judge.critic.name, optimizer, losses, partial(self._decay, CRITIC_DECAY))

    def _generator_rate(self, step: int) -> float:
        return self._decay(GENERATOR_DECAY, step)

    def _decay(self, factor: float, step: int) -> float:
        return float(factor ** (step // (DECAY_EPOCHS * self._course.epoch)))

    def _judge(self, critic: Critic, modules: Modules, lesson: Batch) -> LossBook:
        """Eqs. 2 to 4, whichever the critic judges, and how often it is right."""
        if lesson.step < self._course.alone:
            return {"waiting": Loss(lesson.noise.new_zeros(()))}
        scene, network = self._scene_of(modules, lesson), modules[critic.name]

        def said(sample: Sample) -> Judgement:
            judgement: Judgement = network(sample)
            return judgement

        real, made = said(scene.sample(critic, scene.real)), said(scene.sample(critic, scene.fake))
        book = {
            f"{ACCURACY} real": Loss(accuracy(real, real=True), 0.0),
            f"{ACCURACY} made": Loss(accuracy(made, real=False), 0.0),
        }
        if critic.part.judges == "frames":
            return {"image": Loss(image_loss(real, made)), **book}
        if critic.part.judges == "sequence":
            return {"sequence": Loss(sequence_loss(real, made)), **book}
        shifted = said(scene.out_of_sync())
        book[f"{ACCURACY} shifted"] = Loss(accuracy(shifted, real=False), 0.0)
        return {"synchronisation": Loss(synchronisation_loss(real, shifted, made)), **book}

    def _make(self, modules: Modules, lesson: Batch) -> LossBook:
        """Eq. 7."""
        scene, course = self._scene_of(modules, lesson), self._course
        assert scene.made is not None
        l1 = reconstruction_loss(scene.made, scene.real, course.lower_half)
        book = {"l1": Loss(l1, course.weights["l1"])}
        if course.weights["mouth"]:
            book["mouth"] = Loss(mouth_loss(scene.made, scene.real), course.weights["mouth"])
        joined = lesson.step + 1 - course.alone
        grown = min(joined / course.warm_up, 1.0) if course.warm_up else 1.0
        for judge in self._judges if joined > 0 else ():
            critic = judge.critic
            with frozen(modules[critic.name]) as network:
                judgement: Judgement = network(scene.sample(critic, scene.made))
            weight = course.weights["adversarial"] * critic.weight * grown
            book[f"adversarial {critic.name}"] = Loss(adversarial_loss(judgement), weight)
        self._scene = None
        return {**book, "validation sync": Loss(self._watch.latest.to(l1), 0.0)}

    def _scene_of(self, modules: Modules, lesson: Lesson) -> Scene:
        """The generator runs once a step, before the first critic."""
        if self._scene is None or self._scene.lesson is not lesson:
            still = signed(lesson.still)
            noise = lesson.noise * self._generator.spread
            codes, _ = modules[LATENT](lesson.windows, noise)
            made = modules[FACE](still, codes).float()
            self._scene = Scene(lesson, signed(lesson.frames), still, made)
        return self._scene
