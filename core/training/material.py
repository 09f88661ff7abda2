"""What a training stage is made from: prepared clips, the recipe's other parts, its critics."""

from collections.abc import Sequence

import attrs

from visemix.core.errors import TrainingError
from visemix.core.interfaces import Discriminator, IdentityEncoder
from visemix.core.pipeline import Parts
from visemix.core.training.dataset import Dataset, Example


@attrs.frozen(eq=False)
class Critic:
    """A discriminator that a recipe names.

    Attributes:
        name: where ("discriminators.0"); names its network in checkpoints.
        part: makes the network.
        weight: of what it says to the generator; 0 leaves it out.
    """

    name: str
    part: Discriminator
    weight: float = 1.0


@attrs.frozen(eq=False)
class Material:
    """Everything that a stage may use.

    Attributes:
        data: the prepared clips.
        parts: the recipe's parts; None where a part is trained alone (tests, lessons).
        critics: the recipe's discriminators.
        identity_encoder: if the recipe has one.
    """

    data: Dataset
    parts: Parts | None = None
    critics: Sequence[Critic] = ()
    identity_encoder: IdentityEncoder | None = None

    @property
    def examples(self) -> Sequence[Example]:
        """The prepared clips, in a fixed order."""
        return self.data.examples

    def critics_of(self, *judges: str) -> list[Critic]:
        """The critics that judge one of ``judges`` and are switched on."""
        return [c for c in self.critics if c.part.judges in judges and c.weight]

    def part(self, kind: str) -> object:
        """The part of a kind ("refiner"), or the critic of a name ("discriminators.0").

        Raises:
            TrainingError: there are no parts.
        """
        named = {critic.name: critic.part for critic in self.critics}
        return named[kind] if kind in named else getattr(self.need_parts(), kind)

    def need_parts(self) -> Parts:
        """The recipe's parts.

        Raises:
            TrainingError: there are none.
        """
        if self.parts is None:
            raise TrainingError(
                "this stage needs the other parts of a recipe", do="train it with 'visemix train'"
            )
        return self.parts
