"""Speaker: everything the compact model knows; of people in general, or of one person."""

from collections.abc import Mapping, Sequence

import attrs
import torch
from torch import Tensor

from visemix.core.shapes import Value
from visemix.plugins.lstm_pose.bases import POSE
from visemix.plugins.lstm_pose.clips import Units
from visemix.plugins.lstm_pose.compact import Memory, Size, SpeechLstm
from visemix.plugins.lstm_pose.head import head_rows
from visemix.plugins.lstm_pose.hearing import Hearing


@attrs.frozen(eq=False)
class Speaker(Value):
    """Networks and a linear head, averaged.

    Attributes:
        hearing: scale of the features.
        weight: [R x P + 1, N] linear head.
        gain: [6] see Head.
        centre: [D] the speaker's mean features.
        units: of the outputs.
        members: compact networks.
    """

    hearing: Hearing
    weight: Tensor
    gain: Tensor
    centre: Tensor
    units: Units
    members: Sequence[SpeechLstm]

    @staticmethod
    def empty(size: Size, directions: int, members: int) -> "Speaker":
        """One that has learned nothing."""
        rows = directions * (2 * size.reach + 1) + 1
        return Speaker(
            Hearing.empty(size.width, directions),
            torch.zeros(rows, size.outputs),
            torch.ones(POSE),
            torch.zeros(size.width),
            Units(torch.zeros(size.outputs), torch.ones(size.outputs)),
            [SpeechLstm(size).eval() for _ in range(members)],
        )

    @torch.no_grad()
    def speak(
        self, windows: Tensor, share: float, memory: Sequence[Memory] | None
    ) -> tuple[Tensor, list[Memory]]:
        """Feature windows [T, R, D] to [T, N], in the units' scale, and the memory after it.

        The pose is the linear head's alone.

        Args:
            windows: of the block.
            share: of the linear head in the expression; the rest is the networks'.
            memory: of the networks; None at the start.
        """
        scaled = self.hearing.for_networks(windows)
        befores: Sequence[Memory | None] = memory or [None] * len(self.members)
        pairs = zip(self.members, befores, strict=True)
        said = [member.speak(scaled, before) for member, before in pairs]
        mean = torch.stack([numbers for numbers, _ in said]).mean(0)
        linear = head_rows(self.hearing, windows, self.centre) @ self.weight
        # The head's gain fits the head's pose, and the pose is hardly predictable anyway.
        moved = torch.lerp(mean[:, :-POSE], linear[:, :-POSE], share)
        return torch.cat((moved, linear[:, -POSE:]), 1), [after for _, after in said]

    def weights(self) -> dict[str, Tensor]:
        """Tensors by name."""
        found = {f"hearing.{name}": value for name, value in self.hearing.weights().items()}
        found |= {"head.weight": self.weight, "head.gain": self.gain, "head.centre": self.centre}
        found |= {"units.mean": self.units.mean, "units.scale": self.units.scale}
        for i, member in enumerate(self.members):
            found |= {f"member.{i}.{k}": v for k, v in member.state_dict().items()}
        return found

    def with_weights(self, weights: Mapping[str, Tensor]) -> "Speaker":
        """An equally built speaker that has ``weights`` (names and shapes must fit)."""
        members = []
        for i, member in enumerate(self.members):
            start = f"member.{i}."
            own = {k.removeprefix(start): v for k, v in weights.items() if k.startswith(start)}
            copy = SpeechLstm(member.size).eval()
            copy.load_state_dict(own)
            members.append(copy)
        hearing = {k.removeprefix("hearing."): v for k, v in weights.items() if "hearing." in k}
        return Speaker(
            Hearing.of(hearing),
            weights["head.weight"],
            weights["head.gain"],
            weights["head.centre"],
            Units(weights["units.mean"], weights["units.scale"]),
            members,
        )

    def with_members(self, members: Sequence[SpeechLstm]) -> "Speaker":
        """The same with other networks, ready to speak."""
        return attrs.evolve(self, members=[member.eval() for member in members])
