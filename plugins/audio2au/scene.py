"""Scene: a lesson as the networks see it, and what the generator makes of it."""

import attrs
import torch
from torch import Tensor

from visemix.core.interfaces import Sample
from visemix.core.training.frame_batch import signed
from visemix.core.training.material import Critic
from visemix.core.training.stage import Modules
from visemix.plugins.audio2au.lessons import Lesson
from visemix.plugins.audio2au.speech import Heard

ENCODER, UNITS, FACE = "encoder", "audio2au", "face"
"""Names of the generator's networks."""


@attrs.frozen(eq=False)
class Scene:
    """B excerpts of L frames in [-1, 1].

    Attributes:
        lesson: it.
        still: [B, 3, H, W].
        real: [B, L, 3, H, W].
        made: [B, L, 3, H, W], once it was made.
        logits: [B, L, 5], what Audio2AU says.
    """

    lesson: Lesson
    still: Tensor
    real: Tensor
    made: Tensor | None = None
    logits: Tensor | None = None

    @staticmethod
    def of(lesson: Lesson) -> "Scene":
        """Before anything was made."""
        return Scene(lesson, signed(lesson.still), signed(lesson.frames))

    def played(self, modules: Modules) -> "Scene":
        """With what the generator makes; Audio2AU learns from its own turn alone."""
        heard: Heard = modules[UNITS](self.lesson.windows)
        code = modules[ENCODER](self.lesson.windows)
        latent = torch.cat((code, heard.features.detach()), -1)
        made = modules[FACE](self.still, latent).float()
        return attrs.evolve(self, made=made, logits=heard.logits)

    def sample(self, critic: Critic, frames: Tensor) -> Sample:
        """What a critic is shown of real or made frames [B, L, 3, H, W]."""
        condition = self.still[:, None].expand_as(frames)
        if critic.part.judges == "sequence":
            return Sample(frames=frames, condition=condition)
        return Sample(frames=frames.flatten(0, 1), condition=condition.flatten(0, 1))
