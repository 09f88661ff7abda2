"""Scene: a lesson as the networks see it."""

import attrs
import torch
from torch import Tensor

from visemix.core.interfaces import Sample
from visemix.core.training.material import Critic
from visemix.plugins.temporal_gan.critic_networks import SNIPPET
from visemix.plugins.temporal_gan.lessons import Lesson


@attrs.frozen(eq=False)
class Scene:
    """B excerpts of L frames in [-1, 1], and what the generator makes of them.

    Attributes:
        lesson: it.
        real: [B, L, 3, H, W].
        still: [B, 3, H, W].
        made: [B, L, 3, H, W], once it was made.
    """

    lesson: Lesson
    real: Tensor
    still: Tensor
    made: Tensor | None = None

    @property
    def fake(self) -> Tensor:
        """What was made, for critics: nothing is learned through it."""
        assert self.made is not None
        return self.made.detach()

    def sample(self, critic: Critic, frames: Tensor) -> Sample:
        """What a critic is shown of real or made frames [B, L, 3, H, W]."""
        judges = critic.part.judges
        if judges == "frames":
            places = self.lesson.judged
            picked = frames.flatten(0, 1)[self._rows(places)]
            return Sample(frames=picked, condition=self._stills(places.shape[1]).flatten(0, 1))
        if judges == "sequence":
            condition = self._stills(frames.shape[1])
            return Sample(frames=frames, condition=condition, sound=self.lesson.windows)
        rows, condition = self._snippets(), self._stills(self.lesson.snippets.shape[1])
        return Sample(
            frames=frames.flatten(0, 1)[rows],
            condition=condition.flatten(0, 1)[:, None].expand(-1, rows.shape[1], -1, -1, -1),
            sound=self.lesson.windows.flatten(0, 1)[rows],
        )

    def out_of_sync(self) -> Sample:
        """Real snippets with the sound of another time."""
        rows = self._snippets()
        frames = self.real.flatten(0, 1)[rows]
        return Sample(frames=frames, sound=self.lesson.shifted.flatten(0, 1))

    def _snippets(self) -> Tensor:
        """[B K, 5] rows of B L frames."""
        length = min(SNIPPET, self.real.shape[1])
        steps = torch.arange(length, device=self.real.device)
        places = self.lesson.snippets[..., None] + steps
        return self._rows(places.flatten(1)).reshape(-1, length)

    def _rows(self, places: Tensor) -> Tensor:
        """Places [B, N] of frames in their excerpts as rows [B N] of B L frames."""
        clip = torch.arange(len(places), device=places.device)[:, None]
        return (clip * self.real.shape[1] + places).flatten()

    def _stills(self, count: int) -> Tensor:
        """[B, count, 3, H, W]."""
        return self.still[:, None].expand(-1, count, -1, -1, -1)
