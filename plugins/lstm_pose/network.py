"""What the attribute model asks of a network, whichever it is."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import attrs
from torch import Tensor

from visemix.core.shapes import Value
from visemix.core.training.dataset import Dataset
from visemix.core.training.stage import Plan, Stage
from visemix.core.values.features import AudioFeatures
from visemix.core.values.subject import Subject


@attrs.frozen(eq=False)
class Said(Value):
    """What a network says of a block.

    Attributes:
        expression: [T, M] the components of the basis that speech moves.
        pose: [T, 6] in standard deviations from the person's mean.
    """

    expression: Tensor
    pose: Tensor


class Network(ABC):
    """Features in, expression and pose out; learned or not."""

    @property
    @abstractmethod
    def learned(self) -> bool:
        """Whether it has weights that were trained."""

    @property
    @abstractmethod
    def gain(self) -> Tensor:
        """[6] factors that give the smoothed pose unit spread."""

    @abstractmethod
    def speak(self, features: AudioFeatures, memory: object) -> tuple[Said, object]:
        """The block, and the memory after it; None is the memory before the first block."""

    @abstractmethod
    def adapted(self, subject: Subject, features: AudioFeatures) -> "Network":
        """A network that speaks as this person does."""

    @abstractmethod
    def stage(self, name: str, data: Dataset, plan: Plan) -> Stage:
        """The training stage "general" or "personal"."""

    @abstractmethod
    def weights(self) -> dict[str, Tensor]:
        """Everything that was learned."""

    @abstractmethod
    def load_weights(self, weights: Mapping[str, Tensor], where: object) -> None:
        """Take what an equal network learned.

        Raises:
            CheckpointError: names or shapes differ.
        """
