"""MemoryGan: the refiner of Yi et al."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import attrs
import torch
from torch import Tensor

from visemix.core.compositing.paste import PasteBack
from visemix.core.errors import InvalidValue
from visemix.core.interfaces import Refiner
from visemix.core.shapes import Value
from visemix.core.timeline import cut, length
from visemix.core.training.adversarial import GanLoss
from visemix.core.training.checkpoint import read_tensors
from visemix.core.training.learned import Lazy, unlearned
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan, Stage, Trainable
from visemix.core.values.frames import Frames
from visemix.core.values.rendering import Shot
from visemix.core.values.subject import Subject
from visemix.core.windows import Step, Window
from visemix.plugins.lstm_pose.memory_gan.course import GENERAL, Manner, course_of
from visemix.plugins.lstm_pose.memory_gan.generator import Size
from visemix.plugins.lstm_pose.memory_gan.lesson import SEQUENCES, WHOLE_FRAMES
from visemix.plugins.lstm_pose.memory_gan.looks import look_named
from visemix.plugins.lstm_pose.memory_gan.memory import between_anchors
from visemix.plugins.lstm_pose.memory_gan.networks import (
    FROM_MEMORY,
    NO_IDENTITY,
    MemorySize,
    Networks,
)
from visemix.plugins.lstm_pose.memory_gan.renders import (
    OFFSETS,
    of_shot,
    resized,
    to_size,
    windows,
)
from visemix.plugins.lstm_pose.memory_gan.training import GanStage

PAST = -OFFSETS[0]
FUTURE = 1
UNTRAINED = "none"
AT_ONCE = 4
"""Frames that the generator makes together."""


@attrs.frozen(eq=False)
class Refining(Value):
    """State between blocks.

    Attributes:
        subject: who is shown.
        paste: puts crops into pictures.
        made: frames so far; dropout at test is drawn from this number.
    """

    subject: Subject
    paste: PasteBack
    made: int = 0


class MemoryGan(Refiner, Trainable):
    """Refines renders over real backgrounds, with an identity feature from a memory (B.2).

    Args:
        size: side of the pictures that the network sees, px, a power of two.
        width: channels of its first layer.
        hidden: width of the perceptron that turns identity into AdaIN; 9,984 as released.
        identity_feature: "memory", "mean" (of the training frames) or "off".
        identity_size: numbers that the recipe's identity encoder gives.
        slots: pairs that the memory holds.
        key_size: numbers of a memory's key.
        anchors: frames between those whose identity feature is looked up.
        look: what the memory's queries are made of, one of looks.LOOKS.
        look_weights: file for "resnet18".
        dropout: of the innermost layers.
        dropout_at_test: leave it on when a video is made, as the released code does.
        augment: mirror, enlarge and cut out in training.
        gan_loss: "log", "least-squares" or "hinge".
        epochs: of each stage.
        rate: learning rate; 0 for the published ones.
        decay: share of the steps, at the end, over which it falls to nothing.
        paste: how the crop is put into the picture, one of core.compositing.paste.MODES.
        within: how much of it is shown, one of core.compositing.paste.WITHIN.
        weights: a .safetensors file, or "none" to train from nothing.

    Raises:
        InvalidValue: a side that is no power of two.
        CheckpointError: weights that are missing, damaged, or of other sizes.
    """

    def __init__(  # noqa: PLR0913 - one argument per setting of the manifest
        self,
        *,
        size: int = 256,
        width: int = 64,
        hidden: int = 512,
        identity_feature: str = FROM_MEMORY,
        identity_size: int = 512,
        slots: int = 30_000,
        key_size: int = 512,
        anchors: int = 25,
        look: str = "thumbnail",
        look_weights: str = "",
        dropout: float = 0.5,
        dropout_at_test: bool = False,
        augment: bool = True,
        gan_loss: str = "log",
        epochs: int = 60,
        rate: float = 0.0,
        decay: float = 0.0,
        paste: str = "seamless",
        within: str = "face",
        weights: str = UNTRAINED,
    ) -> None:
        self.window = Window(block=anchors, past=PAST, future=FUTURE)
        self._size = Size(size, width, identity_size, hidden, dropout)
        self._memory = MemorySize(slots, key_size)
        self._source = identity_feature
        self._look = look_named(look, look_weights) if identity_feature == FROM_MEMORY else None
        self._dropout_at_test, self._paste = dropout_at_test, (paste, within)
        self._manner = Manner(epochs, rate, decay, augment, GanLoss(gan_loss))
        self._made = Lazy(
            lambda: Networks.build(self._size, self._memory, self._source, self._look)
        )
        self._learned = False
        self._file = Path(weights) if weights != UNTRAINED else None
        if self._file is not None:
            self.load_weights(read_tensors(self._file))

    def files(self) -> dict[str, Path]:
        """What it was made from; its hash goes into the lock of a run."""
        return {"weights": self._file} if self._file is not None else {}

    @property
    def networks(self) -> Networks:
        """What learns; made when first needed."""
        return self._made.own

    def begin(self, subject: Subject) -> Refining:
        """See Refiner.

        Raises:
            CheckpointError: it has not learned anything.
        """
        if not self._learned:
            raise unlearned("memory-gan", "refiner")
        for module in self.networks.modules().values():
            module.to("cuda" if torch.cuda.is_available() else "cpu")
        return Refining(subject, PasteBack(subject, *self._paste))

    def refine(self, shot: Shot, state: object) -> Step[Frames]:
        """Renders over the matched frames, refined and put back.

        Raises:
            InvalidValue: the renderer makes no picture.
        """
        assert isinstance(state, Refining)
        count = length(shot) - PAST - FUTURE
        made = self.pictures(shot, state)
        inner = cut(shot, PAST, PAST + count)
        frames = state.paste.paste(made, inner)
        return Step(frames, attrs.evolve(state, made=state.made + count))

    @torch.no_grad()
    def pictures(self, shot: Shot, state: Refining) -> Tensor:
        """Refined crops [T, 3, H, W] uint8 of a shot with the window's past and future."""
        rendering = shot.rendering
        if rendering.rgb.shape[2:] != rendering.alpha.shape[2:]:
            what, do = "the renderer makes no picture", "set the renderer's shade: true"
            raise InvalidValue(what, where="renderer", do=do)
        generator = self.networks.generator
        device = next(generator.parameters()).device
        over = of_shot(shot, state.subject.frames).to(device) * 2 - 1
        renders = resized(over, self._size.side)
        seen, identity = windows(renders[:-FUTURE]), self._identity(renders[PAST:])
        generator.train(self._dropout_at_test)
        with _dice(device, state.made):
            pairs = zip(torch.split(seen, AT_ONCE), torch.split(identity, AT_ONCE), strict=True)
            made = torch.cat([generator(window, who).picture for window, who in pairs])
        height, width = rendering.alpha.shape[2:]
        levels = (to_size(made, (height, width)) + 1) * 127.5
        return levels.clamp(0, 255).round().to(torch.uint8).cpu()

    def stage(self, name: str, material: Material, plan: Plan) -> Stage:
        """See Trainable; the personal stage goes on from general weights where there are any.

        Raises:
            TrainingError: there is no identity encoder for the memory, or it does not fit.
        """
        identity = self._size.identity if self._source != NO_IDENTITY else 0
        course = course_of(name, material, plan, self._manner, identity)
        if name == GENERAL or not self._learned:
            self._made.renew(plan.seed)
        if self.networks.mean is not None:
            self.networks.mean.value.copy_(course.truth.mean)
        critics = material.critics_of(*WHOLE_FRAMES, *SEQUENCES)
        return GanStage(name, self.networks, critics, course, self._done)

    def weights(self) -> dict[str, Tensor]:
        """See Trainable."""
        return self.networks.weights()

    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        """See Trainable."""
        self.networks.load(weights, self._file or "refiner")
        self._done()

    def _done(self) -> None:
        self.networks.generator.eval()
        self._learned = True

    def _identity(self, renders: Tensor) -> Tensor:
        """[T, D] identity features of renders [T + 1, 3, S, S], the last of the next block.

        A block that is not full ends the clip, so its last frame is the anchor there.
        """
        networks, count = self.networks, len(renders) - FUTURE
        if networks.memory is None:
            mean = renders.new_zeros(0) if networks.mean is None else networks.mean.value
            return mean.expand(count, -1)
        gap = count if count == self.window.block else count - 1
        first, last = networks.memory.retrieve(networks.query_of(renders[[0, gap]]))
        return between_anchors(first, last, count, gap)


@contextmanager
def _dice(device: torch.device, number: int) -> Iterator[None]:
    """Random numbers that depend on ``number`` alone; the caller's stay as they are."""
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices):
        torch.manual_seed(number)
        yield
