"""What the GAN is shown in one step."""

from collections.abc import Sequence

import attrs
import torch
from torch import Tensor

from visemix.core.interfaces import Sample
from visemix.core.shapes import Value
from visemix.core.training.frame_batch import FrameBatch, signed
from visemix.core.training.frame_batches import Picked
from visemix.core.training.material import Critic
from visemix.core.training.render_bank import RenderBank
from visemix.plugins.lstm_pose.memory_gan.generator import Painted
from visemix.plugins.lstm_pose.memory_gan.renders import of_batch, resized

WHOLE_FRAMES = ("frames",)
SEQUENCES = ("sequence", "audio-video")
SEQUENCE_FRAMES = 8
"""Consecutive frames that critics of sequences are shown."""

SOUND_S = 0.2
"""Seconds of sound around every frame that they hear."""


@attrs.frozen(eq=False)
class Lesson(Value):
    """B examples of L consecutive frames.

    Attributes:
        frames: renders and real pictures.
        identity: [B, L, D] float32, unit vectors of the real pictures; D = 0 for none.
        source: [B, L] int64, number of the frame over all clips.
        step: of the training; what is random in it comes from this number.
    """

    frames: FrameBatch
    identity: Tensor
    source: Tensor
    step: int

    @property
    def real(self) -> Tensor:
        """[B, L, 3, H, W] uint8, what is to be made."""
        return self.frames.real

    def to(self, device: torch.device | str, *, non_blocking: bool = False) -> "Lesson":
        """The same on another device."""
        return attrs.evolve(
            self,
            frames=self.frames.to(device, non_blocking=non_blocking),
            identity=self.identity.to(device, non_blocking=non_blocking),
            source=self.source.to(device, non_blocking=non_blocking),
        )


@attrs.frozen(eq=False)
class Truth:
    """What identity features and frames of the clips are.

    Attributes:
        identities: per clip [N, D]; D = 0 for none.
        first: per clip, number of its frame 0 over all clips.
    """

    identities: Sequence[Tensor]
    first: Tensor

    @staticmethod
    def of(banks: Sequence[RenderBank], identities: Sequence[Tensor]) -> "Truth":
        """From the clips and their features; without features everybody is the same."""
        counts = torch.tensor([0, *(len(bank) for bank in banks)])
        none = [torch.zeros(len(bank), 0) for bank in banks]
        return Truth(identities or none, counts.cumsum(0)[:-1])

    @property
    def mean(self) -> Tensor:
        """[D] the mean feature of all frames in which a face was found, not normalised again."""
        everything = torch.cat(list(self.identities))
        seen = everything[everything.square().sum(1) > 0]
        return seen.mean(0)

    def lesson(self, frames: FrameBatch, step: int) -> Lesson:
        """Everything of one step, on the device that holds ``frames``."""
        clips, places, device = frames.clip.cpu(), frames.frame.cpu(), frames.clip.device
        told = [self.identities[c][f] for c, f in zip(clips.tolist(), places, strict=True)]
        source = self.first[clips, None] + places
        return Lesson(frames, torch.stack(told).to(device), source.to(device), step)


@attrs.frozen(eq=False)
class Assignment:
    """A lesson that is not cut out yet, so that a GPU that holds the clips may do it.

    Attributes:
        picked: which examples.
        truth: who they show.
        step: of the training.
    """

    picked: Picked
    truth: Truth
    step: int

    def to(self, device: torch.device | str, *, non_blocking: bool = False) -> Lesson:
        """The lesson, on a device."""
        frames = self.picked.to(device, non_blocking=non_blocking)
        return self.truth.lesson(frames, self.step)


@attrs.define(eq=False)
class Scene:
    """A lesson as the networks see it, B L frames in a row; and what is made of it.

    Attributes:
        lesson: it.
        window: [B L, 9, S, S] in [-1, 1], renders over their own pictures.
        real: [B L, 3, S, S] in [-1, 1].
        look: [B L, ...] how the renders look, once it was asked for.
        painted: what the generator makes, once it did.
    """

    lesson: Lesson
    window: Tensor
    real: Tensor
    look: Tensor | None = None
    painted: Painted | None = None

    @staticmethod
    def of(lesson: Lesson, side: int) -> "Scene":
        """Pictures of ``side`` px."""
        window = of_batch(lesson.frames, side).flatten(0, 1).flatten(1, 2)
        real = resized(signed(lesson.real).flatten(0, 1), side)
        return Scene(lesson, window, real)

    @property
    def render(self) -> Tensor:
        """[B L, 3, S, S] what is to be refined."""
        return self.window[:, -3:]

    @property
    def identity(self) -> Tensor:
        """[B L, D]."""
        return self.lesson.identity.flatten(0, 1)

    def sample(self, critic: Critic, frames: Tensor) -> Sample:
        """What a critic is shown of real or made ``frames`` [B L, 3, S, S]."""
        if critic.part.judges in WHOLE_FRAMES:
            return Sample(frames=frames, condition=self.window)
        batch = self.lesson.identity.shape[:2]
        return Sample(
            frames=frames.reshape(*batch, *frames.shape[1:]),
            condition=self.window.reshape(*batch, *self.window.shape[1:]),
            sound=self.lesson.frames.sound,
        )
