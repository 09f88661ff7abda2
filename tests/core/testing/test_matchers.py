"""The kit finds matchers that are wrong."""

import attrs
import pytest
import torch

from visemix.core.contracts import Contract
from visemix.core.interfaces import FaceModel, ReferenceMatcher
from visemix.core.testing.contracts import find_faults
from visemix.core.timeline import length
from visemix.core.values.attributes import FaceAttributes, Match, Sources
from visemix.core.values.subject import Subject
from visemix.core.windows import Step, Window

CONTRACT = Contract("in-turn", "matcher", consumes={"attributes": {"expression": "mouth-6"}})


class InTurn(ReferenceMatcher):
    """The frames in which the face was seen, one after the other, over and over."""

    window = Window(block=8)
    share = 1.0

    def begin(self, subject: Subject, face_model: FaceModel) -> object:
        return self.usable(subject), 0

    def usable(self, subject: Subject) -> torch.Tensor:
        return subject.track.found.nonzero().flatten()

    def match(self, attributes: FaceAttributes, state: object) -> Step[Match]:
        assert isinstance(state, tuple)
        usable, next_one = state
        turn = next_one + torch.arange(length(attributes))
        index = usable[turn % len(usable)][:, None]
        sources = Sources(index, torch.full(index.shape, self.share))
        return Step(Match(attributes, sources), (usable, next_one + length(attributes)))


class Blind(InTurn):
    def usable(self, subject: Subject) -> torch.Tensor:
        return torch.arange(len(subject.frames))


class Beyond(InTurn):
    def usable(self, subject: Subject) -> torch.Tensor:
        return torch.tensor([0, len(subject.frames)])


class Faint(InTurn):
    share = 0.5


class Longer(InTurn):
    """Asks for a frame of the future and matches it too."""

    window = Window(block=8, future=1)


class Slower(InTurn):
    def match(self, attributes: FaceAttributes, state: object) -> Step[Match]:
        made = super().match(attrs.evolve(attributes, fps=attributes.fps / 2), state)
        return Step(made.output, made.state)


def test_a_right_one_passes() -> None:
    assert find_faults("matcher", InTurn(), CONTRACT) == []


@pytest.mark.parametrize(
    ("matcher", "fault"),
    [
        (Blind(), "base uses frames in which the face was not seen"),
        (Beyond(), "base names a frame that the reference of 75 does not have"),
        (Beyond(), "the reference of 1 does not have"),
        (Faint(), "the shares of base must sum to 1, they sum to 0.5 to 0.5"),
        (Slower(), "attributes at 25.0 fps came out at 12.5"),
        (Longer(), "a call with 0 + 1 + 1 frames must give 1 frames, it gave 2"),
    ],
    ids=lambda x: type(x).__name__,
)
def test_a_wrong_one_is_found(matcher: ReferenceMatcher, fault: str) -> None:
    assert fault in " ".join(find_faults("matcher", matcher, CONTRACT))
