"""The training of the generator on renders of true attributes, and its fine-tuning."""

from collections.abc import Callable, Iterable, Sequence

import attrs
import torch
from torch import Tensor, nn

from visemix.core.errors import TrainingError
from visemix.core.interfaces import Sample
from visemix.core.training.adversarial import Judge, frozen, judges_for
from visemix.core.training.material import Critic
from visemix.core.training.perceptual import PerceptualLoss
from visemix.core.training.stage import Batch, Loss, LossBook, Modules, Shard, Stage, Turn
from visemix.plugins.rhythmic_head.generator.examples import Examples, Shown
from visemix.plugins.rhythmic_head.generator.losses import (
    Objective,
    adversarial_loss,
    discriminator_loss,
    feature_matching_loss,
    pixel_loss,
    warp_loss,
)
from visemix.plugins.rhythmic_head.generator.scene import PROJECTION, Made

GENERATOR = "generator"

TUNED = ("fc", "conv_img", "up")
"""Layers that fine-tuning changes (released code), wherever they are."""


@attrs.frozen(eq=False)
class Lesson:
    """What a stage is made of.

    Attributes:
        name: of the stage.
        examples: what is learned from.
        steps: in all.
        decay: share of the steps, at the end, over which the rates fall to nothing.
        wanted: what is minimised.
        perceptual: the perceptual loss, None for none.
        critics: judge frames, sequences, or frames with their sound.
        tuned: whether only the layers TUNED learn.
        done: called at the end.
    """

    name: str
    examples: Examples
    steps: int
    decay: float
    wanted: Objective
    perceptual: PerceptualLoss | None
    critics: Sequence[Critic]
    tuned: bool
    done: Callable[[], None]


class GeneratorStage(Stage):
    """Generator and critics in turns.

    Args:
        network: the generator.
        lesson: what and how it learns.

    Raises:
        TrainingError: a critic judges sound and the clips have none.
        InvalidValue: a critic cannot judge such pictures.
    """

    def __init__(self, network: nn.Module, lesson: Lesson) -> None:
        self.name, self.steps = lesson.name, lesson.steps
        self._network, self._lesson = network, lesson
        first = lesson.examples.batch(0, Shard()).to("cpu")
        self._judges = judges_for(lesson.critics, lambda c: _sample(first, first.real, c))
        self.modules = {GENERATOR: network, **{j.critic.name: j.network for j in self._judges}}
        wanted = lesson.wanted
        learns = [{"params": list(_learning(network, lesson.tuned)), "lr": wanted.rate}]
        self.turns = [self._turn(GENERATOR, learns, self._make)]
        if self._judges:
            groups = [
                {"params": j.network.parameters(), "lr": j.critic.part.rate or wanted.critic_rate}
                for j in self._judges
            ]
            self.turns = [*self.turns, self._turn("discriminator", groups, self._judge)]
        self._made: tuple[Batch, Tensor] | None = None

    def _turn(
        self,
        name: str,
        groups: list[dict[str, object]],
        losses: Callable[[Modules, Batch], LossBook],
    ) -> Turn:
        adam = torch.optim.Adam(groups, betas=self._lesson.wanted.betas)
        return Turn(name, adam, losses, rate=self.rate)

    def rate(self, step: int) -> float:
        """Factor on the learning rates."""
        left, decay = (self.steps - step) / self.steps, self._lesson.decay
        return min(left / decay, 1.0) if decay else 1.0

    def batch(self, step: int, shard: Shard) -> Batch:
        """See Stage; cut out on the device that learns."""
        return self._lesson.examples.batch(step, shard)

    def _make(self, modules: Modules, batch: Batch) -> LossBook:
        made = modules[GENERATOR](batch.known, batch.scene)
        self._made = (batch, made.picture.detach())
        book = self._against(made, batch)
        for judge in self._judges:
            book |= self._opinion(modules, judge, batch, made.picture)
        return book

    def _against(self, made: Made, shown: Shown) -> dict[str, Loss]:
        """The terms that need no critic; those that are off are not even computed."""
        weights, real, book = self._lesson.wanted.weights, shown.real, {}
        for name, warped in made.warped.items():
            mask = shown.scene.alpha if name == PROJECTION else None
            if warped.flow.requires_grad and weights["warp"]:
                value = warp_loss(warped.picture, real, mask)
                book[f"warp {name}"] = Loss(value, weights["warp"])
        if made.raw is not None and weights["raw"]:
            book["raw"] = Loss(pixel_loss(made.raw, real), weights["raw"])
        book["l1"] = Loss(pixel_loss(made.picture, real), weights["l1"])
        perceptual = self._lesson.perceptual
        if perceptual is not None and weights["perceptual"]:
            value = perceptual.to(real.device)(made.picture, real)
            book[f"perceptual {perceptual.name}"] = Loss(value, weights["perceptual"])
        return book

    def _opinion(
        self, modules: Modules, judge: Judge, shown: Shown, made: Tensor
    ) -> dict[str, Loss]:
        """What a critic says to the generator."""
        critic, weights = judge.critic, self._lesson.wanted.weights
        matching = critic.weight * weights["feature_matching"]
        with frozen(modules[critic.name]) as network:
            said = network(_sample(shown, made, critic))
            weight = critic.weight * weights["picture_adversarial"]
            book = {f"adversarial {critic.name}": Loss(adversarial_loss(said), weight)}
            if matching and said.features:
                with torch.no_grad():
                    of_real = network(_sample(shown, shown.real, critic))
                value = feature_matching_loss(of_real, said)
                book[f"feature matching {critic.name}"] = Loss(value, matching)
        return book

    def _judge(self, modules: Modules, batch: Batch) -> LossBook:
        """What the critics learn, from the pictures that the generator's turn has made."""
        assert self._made is not None
        of, made = self._made
        assert of is batch
        self._made = None
        book = {}
        for judge in self._judges:
            network, critic = modules[judge.critic.name], judge.critic
            real = network(_sample(batch, batch.real, critic))
            fake = network(_sample(batch, made, critic))
            book[critic.name] = Loss(discriminator_loss(real, fake))
        return book

    def picture(self) -> Tensor:
        """Render, matched reference, what warps make of them, made, real; of one example."""
        device = next(self._network.parameters()).device
        shown = self._lesson.examples.batch(0, Shard()).to(device)
        training = self._network.training
        with torch.no_grad():
            made = self._network.eval()(shown.known, shown.scene)
        self._network.train(training)
        warped = [moved.picture[0] for moved in made.warped.values()]
        row = (shown.scene.render[0], shown.scene.matched[0], *warped, made.picture[0])
        pictures = torch.cat((*row, shown.real[0]), 2)
        return ((pictures + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)

    def finish(self) -> None:
        """See Stage."""
        self._made = None
        for parameter in self._network.parameters():
            parameter.requires_grad_(True)
        self._lesson.done()


def _learning(network: nn.Module, tuned: bool) -> Iterable[nn.Parameter]:
    """The parameters that learn; the others are frozen."""
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(not tuned or bool(set(TUNED) & set(name.split("."))))
    return (p for p in network.parameters() if p.requires_grad)


def _sample(shown: Shown, frames: Tensor, critic: Critic) -> Sample:
    """``frames`` [N, 3, H, W] as a critic wants them.

    Raises:
        TrainingError: it judges sound, and the clips have none.
    """
    if critic.part.judges == "audio-video" and shown.sound is None:
        what = "it judges pictures with their sound, and the clips have no sound"
        raise TrainingError(what, where=critic.name, do="leave it out of the recipe")
    return shown.sample(frames, critic.part.judges)
