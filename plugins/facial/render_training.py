"""The training of the rendering-to-video network on renders of true attributes."""

from collections.abc import Callable, Sequence

import attrs
import torch
from torch import Tensor, nn

from visemix.core.errors import TrainingError
from visemix.core.interfaces import Sample
from visemix.core.training.adversarial import Judge, frozen, judges_for
from visemix.core.training.frame_batch import FrameBatch, signed
from visemix.core.training.frame_batches import FrameBatches
from visemix.core.training.material import Critic
from visemix.core.training.perceptual import PerceptualLoss
from visemix.core.training.stage import Batch, Loss, LossBook, Modules, Shard, Stage, Turn
from visemix.plugins.facial.render_input import EyeAttention, renders_of_batch
from visemix.plugins.facial.render_losses import (
    RenderObjective,
    adversarial_loss,
    discriminator_loss,
    feature_matching_loss,
    pixel_loss,
)

EPOCHS = 50
CONSTANT = 20 / 50
"""Share of the training before the learning rate begins to fall to 0 (section 5.1)."""

RATE = 1e-4
BETAS = (0.5, 0.999)
"""Of Adam: the rate is the paper's, beta 1 the released code's."""

GENERATOR = "generator"


@attrs.frozen(eq=False)
class RenderLesson:
    """What the stage is made of.

    Attributes:
        batches: what is learned from.
        steps: in all; 0 for EPOCHS rounds through every frame.
        batch: examples per step.
        middle: place of the frame itself in the window.
        attention: how the network is told of the eyes.
        wanted: what is minimised.
        perceptual: the perceptual loss, None for none.
        critics: judge frames, sequences, or frames with their sound.
        rate: learning rate; 0 for RATE.
        done: called at the end.
    """

    batches: FrameBatches
    steps: int
    batch: int
    middle: int
    attention: EyeAttention
    wanted: RenderObjective
    perceptual: PerceptualLoss | None
    critics: Sequence[Critic]
    rate: float
    done: Callable[[], None]


@attrs.frozen(eq=False)
class Seen:
    """A batch as the networks see it, N = B * L frames.

    Attributes:
        stack: [N, C, H, W], renders.
        real: [N, 3, H, W].
        layout: (B, L).
        sound: [B, L, S] or None.
        other_sound: the same of another time.
    """

    stack: Tensor
    real: Tensor
    layout: tuple[int, int]
    sound: Tensor | None
    other_sound: Tensor | None = None

    @staticmethod
    def of(batch: FrameBatch, attention: EyeAttention) -> "Seen":
        """What ``batch`` shows."""
        stack = renders_of_batch(batch, attention).stacked(attention)
        layout = (batch.real.shape[0], batch.real.shape[1])
        real = signed(batch.real).flatten(0, 1)
        return Seen(stack, real, layout, batch.sound, batch.other_sound)

    def sample(self, frames: Tensor, critic: Critic) -> Sample:
        """``frames`` [N, 3, H, W] as a critic wants them.

        Raises:
            TrainingError: it judges sound, and the clips have none.
        """
        if critic.part.judges == "frames":
            return Sample(frames=frames, condition=self.stack)
        if critic.part.judges == "audio-video" and self.sound is None:
            what = "it judges pictures with their sound, and the clips have no sound"
            raise TrainingError(what, where=critic.name, do="leave it out of the recipe")
        clips, stacks = (x.reshape(*self.layout, *x.shape[1:]) for x in (frames, self.stack))
        return Sample(frames=clips, condition=stacks, sound=self.sound)

    def out_of_sync(self, critic: Critic) -> Sample | None:
        """Real frames with sound of another time; None for critics that do not judge sound."""
        if critic.part.judges != "audio-video":
            return None
        return attrs.evolve(self.sample(self.real, critic), sound=self.other_sound)


class RenderStage(Stage):
    """Generator and critics in turns, the generator first (as the released code).

    Args:
        network: the generator.
        lesson: what and how it learns.

    Raises:
        TrainingError: a critic judges sound and the clips have none.
        InvalidValue: a critic cannot judge such pictures.
    """

    def __init__(self, network: nn.Module, lesson: RenderLesson) -> None:
        self.name = "refiner"
        self.steps = lesson.steps or EPOCHS * max(lesson.batches.count // lesson.batch, 1)
        self._network, self._lesson = network, lesson
        first = Seen.of(lesson.batches.batch(0, Shard()), lesson.attention)
        self._judges = judges_for(lesson.critics, lambda c: first.sample(first.real, c))
        self.modules = {GENERATOR: network, **{j.critic.name: j.network for j in self._judges}}
        self.turns = [self._turn(GENERATOR, [{"params": network.parameters()}], self._make)]
        if self._judges:
            groups = [_group(judge) for judge in self._judges]
            self.turns = [*self.turns, self._turn("discriminator", groups, self._judge)]
        self._made: tuple[Batch, Seen, Tensor] | None = None

    def _turn(
        self,
        name: str,
        groups: list[dict[str, object]],
        losses: Callable[[Modules, Batch], LossBook],
    ) -> Turn:
        adam = torch.optim.Adam(groups, self._lesson.rate or RATE, BETAS)
        return Turn(name, adam, losses, rate=self.rate)

    def rate(self, step: int) -> float:
        """Factor on the learning rates: constant for 20 of 50 epochs, then falling to 0."""
        begun = step / self.steps
        return 1.0 if begun <= CONSTANT else (1 - begun) / (1 - CONSTANT)

    def batch(self, step: int, shard: Shard) -> Batch:
        """See Stage; cut out on the device that learns."""
        return self._lesson.batches.picked(step, shard)

    def _make(self, modules: Modules, batch: Batch) -> LossBook:
        seen = Seen.of(batch, self._lesson.attention)
        made = modules[GENERATOR](seen.stack).float()
        self._made = (batch, seen, made.detach())
        weights = self._lesson.wanted.weights
        book = {"l1": Loss(pixel_loss(made, seen.real), weights["l1"])}
        perceptual = self._lesson.perceptual
        if perceptual is not None and weights["perceptual"]:
            value = perceptual.to(made.device)(made, seen.real)
            book[f"perceptual {perceptual.name}"] = Loss(value, weights["perceptual"])
        for judge in self._judges:
            book |= self._opinion(modules, judge, seen, made)
        return book

    def _opinion(self, modules: Modules, judge: Judge, seen: Seen, made: Tensor) -> dict[str, Loss]:
        """What a critic says to the generator."""
        critic, wanted = judge.critic, self._lesson.wanted
        matching = critic.weight * wanted.weights["feature_matching"]
        with frozen(modules[critic.name]) as network:
            said = network(seen.sample(made, critic))
            weight = critic.weight * wanted.weights["render_adversarial"]
            book = {f"adversarial {critic.name}": Loss(adversarial_loss(said), weight)}
            if matching and said.features:
                with torch.no_grad():
                    of_real = network(seen.sample(seen.real, critic))
                value = feature_matching_loss(of_real, said, summed=wanted.summed)
                book[f"feature matching {critic.name}"] = Loss(value, matching)
        return book

    def _judge(self, modules: Modules, batch: Batch) -> LossBook:
        """What the critics learn, from the pictures that the generator's turn has made."""
        assert self._made is not None
        of, seen, made = self._made
        assert of is batch
        self._made = None
        book = {}
        for judge in self._judges:
            network, critic = modules[judge.critic.name], judge.critic
            real = network(seen.sample(seen.real, critic))
            fake = network(seen.sample(made, critic))
            summed = self._lesson.wanted.summed
            value = discriminator_loss(real, fake, summed=summed)
            if (wrong := seen.out_of_sync(critic)) is not None:
                value = (value + discriminator_loss(real, network(wrong), summed=summed)) / 2
            book[critic.name] = Loss(value)
        return book

    def picture(self) -> Tensor:
        """Render, made, real, side by side; of the first example."""
        device = next(self._network.parameters()).device
        batch = self._lesson.batches.batch(0, Shard()).to(device)
        seen = Seen.of(batch, self._lesson.attention)
        with torch.no_grad():
            made = self._network(seen.stack[:1])[0]
        render = signed(batch.window_rgb[0, 0, self._lesson.middle])
        shown = torch.cat((render, made, seen.real[0]), 2)
        return ((shown + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)

    def finish(self) -> None:
        """See Stage."""
        self._made = None
        self._lesson.done()


def _group(judge: Judge) -> dict[str, object]:
    """The parameters of a critic, with its own learning rate if it has one."""
    group: dict[str, object] = {"params": judge.network.parameters()}
    return group if judge.critic.part.rate is None else {**group, "lr": judge.critic.part.rate}
