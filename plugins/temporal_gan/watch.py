"""SyncWatch: how well made mouths follow the sound of held-out clips, and when to stop (3.3).

The paper asks a lip reader or another model of synchrony; here a ridge regression that learned from
the real training clips (core/sync_check.py) hears how the mouth's picture ought to change.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from visemix.core.sync_check import Listener, sound_windows
from visemix.core.training.aligned_bank import AlignedBank
from visemix.plugins.temporal_gan.mouths import Mouths

MOST_CLIPS = 64
"""Training clips that are listened to, at most."""

MakeClip = Callable[[AlignedBank], Tensor]
"""The pictures [T, 3, H, W] uint8 that the generator makes of a clip."""


class SyncWatch(nn.Module):
    """Listens every now and then; what it remembers is stored with the networks.

    Args:
        known: clips to learn from.
        held_out: clips to try the generator on; none means that nothing is ever stopped.
        every: steps between two trials.
        patience: trials without a better one after which it is enough; 0 for never.
    """

    best: Tensor
    latest: Tensor
    worse: Tensor
    reviewed: Tensor

    def __init__(
        self,
        known: Sequence[AlignedBank],
        held_out: Sequence[AlignedBank],
        every: int,
        patience: int,
    ) -> None:
        super().__init__()
        self._held_out = [(bank, _heard(bank)) for bank in held_out]
        self._every, self._patience = every, patience
        for name, value in {"best": -1.0, "latest": 0.0, "worse": 0.0, "reviewed": 0.0}.items():
            self.register_buffer(name, torch.tensor(value))
        if held_out:
            taught = known[:MOST_CLIPS]
            self._mouths = Mouths.learn([bank.real for bank in taught])
            signals = torch.cat([self._mouths.signals(bank.real) for bank in taught])
            self._listener = Listener.learn(torch.cat([_heard(b) for b in taught]), signals)

    def review(self, done: int, make: MakeClip) -> bool:
        """Whether to stop after ``done`` steps; the second answer about a step is the first."""
        due = bool(self._held_out) and done % self._every == 0
        if due and done > float(self.reviewed):
            score = self.score(make)
            better = score > float(self.best)
            self.latest.fill_(score)
            self.best.clamp_(min=score)
            self.worse.copy_(torch.zeros(()) if better else self.worse + 1)
            self.reviewed.fill_(done)
        return bool(self._patience) and float(self.worse) >= self._patience

    def score(self, make: MakeClip) -> float:
        """Correlation of what is heard with what is seen, mean over the held-out clips."""
        found = [
            self._listener.agreement(heard, self._mouths.signals(make(bank)))
            for bank, heard in self._held_out
        ]
        return sum(found) / len(found)


def _heard(bank: AlignedBank) -> Tensor:
    audio = bank.example.subject.audio
    assert audio is not None  # a dataset has no clips without sound
    return sound_windows(audio, len(bank), bank.example.subject.fps)
