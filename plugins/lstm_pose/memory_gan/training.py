"""The stages gan-general and gan-personal: memory, critics and generator in turn."""

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor, nn
from torch.optim import Adam

from visemix.core.interfaces import Judgement
from visemix.core.training.adversarial import (
    Judge,
    fool,
    frozen,
    judges_for,
    tell_apart,
    unwrapped,
)
from visemix.core.training.material import Critic
from visemix.core.training.stage import Batch, Loss, LossBook, Modules, Shard, Stage, Turn
from visemix.plugins.lstm_pose.memory_gan.course import Course
from visemix.plugins.lstm_pose.memory_gan.gathering import gathered
from visemix.plugins.lstm_pose.memory_gan.generator import Painted
from visemix.plugins.lstm_pose.memory_gan.lesson import Assignment, Lesson, Scene
from visemix.plugins.lstm_pose.memory_gan.losses import attention_terms, l1
from visemix.plugins.lstm_pose.memory_gan.memory import Memory
from visemix.plugins.lstm_pose.memory_gan.networks import Networks

BETAS = (0.5, 0.999)


class GanStage(Stage):
    """One step: the memory loss, the memory's update, each critic, the generator (B.2.4).

    Args:
        name: of the stage.
        networks: learn.
        critics: of the recipe; without any there are no adversarial terms.
        course: how.
        done: called after the last step.
    """

    def __init__(
        self,
        name: str,
        networks: Networks,
        critics: Sequence[Critic],
        course: Course,
        done: Callable[[], None],
    ) -> None:
        self.name, self.steps = name, course.steps
        self._networks, self._course, self._done = networks, course, done
        self._terms = attention_terms(course.preset)
        self._scene: Scene | None = None
        self._shown: Tensor | None = None
        first = self._scene_of(self.batch(0, Shard()).to("cpu"))
        self._judges = judges_for(critics, lambda critic: first.sample(critic, first.real))
        self._scene = None
        judging = {judge.critic.name: judge.network for judge in self._judges}
        self.modules = {k: m.train() for k, m in {**networks.modules(), **judging}.items()}
        self.turns = self._turns()

    def batch(self, step: int, shard: Shard) -> Batch:
        """The lesson of a step, to be cut out where it is learned from."""
        return Assignment(self._course.batches.picked(step, shard), self._course.truth, step)

    def picture(self) -> Tensor | None:
        """Real, input, attention and made of the last step's first frame, side by side."""
        if self._shown is None:
            return None
        return ((self._shown + 1) * 127.5).clamp(0, 255).round().to(torch.uint8)

    def finish(self) -> None:
        """The networks are ready."""
        self._done()

    def _turns(self) -> list[Turn]:
        query, rate, fall = self._networks.query, self._course.rate, self._course.rate_at
        turns: list[Turn] = []
        if query is not None and self._course.weights["memory"]:
            turns.append(Turn("memory", _adam(query, rate), self._recall, fall))
        for judge in self._judges:
            name, own = judge.critic.name, judge.critic.part.rate
            optimizer = _adam(judge.network, rate if own is None else own)
            turns.append(Turn(name, optimizer, partial(self._judge, judge), fall))
        generator = _adam(self._networks.generator, rate)
        return [*turns, Turn("generator", generator, self._paint, fall)]

    def _recall(self, modules: Modules, batch: Batch) -> LossBook:
        """Only the query's linear layer learns of this."""
        scene, memory = self._scene_of(batch), _memory(modules)
        with torch.autocast(scene.window.device.type, enabled=False):
            queries = modules["query"](self._look_of(scene)).float()
            loss = memory.triplet_loss(queries, scene.identity)
        return {"memory": Loss(loss, self._course.weights["memory"])}

    def _judge(self, judge: Judge, modules: Modules, batch: Batch) -> LossBook:
        scene = self._scene_of(batch)
        made = self._painted(modules, scene).picture.detach()
        network, critic = modules[judge.critic.name], judge.critic
        seen: Judgement = network(scene.sample(critic, scene.real))
        of_made: Judgement = network(scene.sample(critic, made))
        return {"tell_apart": Loss(tell_apart(seen, of_made, self._course.objective))}

    def _paint(self, modules: Modules, batch: Batch) -> LossBook:
        """Eq. 4."""
        scene, weights = self._scene_of(batch), self._course.weights
        painted = self._painted(modules, scene)
        book = {"l1": Loss(l1(painted.picture, scene.real), weights["l1"])}
        for name, term in self._terms.items():
            book[name] = Loss(term(painted.attention), weights[name])
        for judge in self._judges:
            with frozen(modules[judge.critic.name]) as network:
                judged: Judgement = network(scene.sample(judge.critic, painted.picture))
            weight = weights["render_adversarial"] * judge.critic.weight
            fooled = fool(judged, self._course.objective)
            book[f"adversarial {judge.critic.name}"] = Loss(fooled, weight)
        self._show(scene, painted)
        self._scene = None
        return book

    @torch.no_grad()
    def _show(self, scene: Scene, painted: Painted) -> None:
        attention = (painted.attention[0] * 2 - 1).expand(3, -1, -1)
        pictures = (scene.real[0], scene.render[0], attention, painted.picture[0])
        self._shown = torch.cat([picture.float() for picture in pictures], 2)

    def _scene_of(self, lesson: Lesson) -> Scene:
        if self._scene is None or self._scene.lesson is not lesson:
            self._scene = Scene.of(lesson, self._networks.generator.size.side)
        return self._scene

    def _painted(self, modules: Modules, scene: Scene) -> Painted:
        """The generator runs once a step, after the memory was written."""
        if scene.painted is None:
            if self._networks.memory is not None:
                self._remember(modules, scene)
            scene.painted = modules["generator"](scene.window, scene.identity)
        assert scene.painted is not None
        return scene.painted

    @torch.no_grad()
    def _remember(self, modules: Modules, scene: Scene) -> None:
        with torch.autocast(scene.window.device.type, enabled=False):
            queries = unwrapped(modules["query"])(self._look_of(scene))
        random = torch.Generator().manual_seed(self._course.seed * 1_000_003 + scene.lesson.step)
        lesson, batch = scene.lesson, scene.lesson.source.shape
        _memory(modules).update(
            gathered(queries.reshape(*batch, -1)).flatten(0, 1),
            gathered(lesson.identity).flatten(0, 1),
            gathered(lesson.source).flatten(),
            random,
        )

    @torch.no_grad()
    def _look_of(self, scene: Scene) -> Tensor:
        if scene.look is None:
            assert self._networks.look is not None
            scene.look = self._networks.look.to(scene.window.device)(scene.render)
        assert scene.look is not None
        return scene.look


def _memory(modules: Modules) -> Memory:
    memory = modules["memory"]
    assert isinstance(memory, Memory)
    return memory


def _adam(module: nn.Module, rate: float) -> Adam:
    return Adam(module.parameters(), rate, betas=BETAS)
