"""Audio2AuClassifier: which action units the lower half of a face shows."""

from collections.abc import Mapping

from torch import Tensor, nn
from torch.nn import functional

from visemix.core.errors import InvalidValue
from visemix.core.interfaces import Discriminator, Judgement, Sample
from visemix.core.training.learned import Learned
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan, Stage, Trainable
from visemix.plugins.audio2au.labels import UNITS
from visemix.plugins.audio2au.losses import lower_half
from visemix.plugins.audio2au.pre_training import School, classifier_stage

NARROW = 64
"""Numbers before the last layer."""


class ClassifierNetwork(nn.Module):
    """Four convolutions, max-pooling after every two, three linear layers.

    Args:
        size: height and width of the faces, px; it sees the lower half.
        width: channels of the first two convolutions; the others have twice as many.
        hidden: numbers after the first linear layer.
    """

    def __init__(self, size: int, width: int, hidden: int) -> None:
        super().__init__()
        self._seen = (size // 2, size)
        self.see = nn.Sequential(
            *_convolution(3, width),
            *_convolution(width, width),
            nn.MaxPool2d(2),
            *_convolution(width, 2 * width),
            *_convolution(2 * width, 2 * width),
            nn.MaxPool2d(2),
        )
        places = (size // 2 // 4) * (size // 4)
        self.say = nn.Sequential(
            nn.Linear(2 * width * places, hidden),
            nn.ReLU(),
            nn.Linear(hidden, NARROW),
            nn.ReLU(),
            nn.Linear(NARROW, len(UNITS)),
        )

    def forward(self, sample: Sample) -> Judgement:
        """Logits [B, 5]; frames of another size are brought to its own.

        Raises:
            InvalidValue: the sample has no single frames.
        """
        if sample.frames is None or sample.frames.ndim != 4:
            raise InvalidValue("action units are seen in frames [B, 3, H, W]", where="Sample")
        lower = lower_half(sample.frames)
        if tuple(lower.shape[-2:]) != self._seen:
            lower = functional.interpolate(lower, self._seen, mode="bilinear", antialias=True)
        return Judgement([self.say(self.see(lower).flatten(1))])


def _convolution(before: int, after: int) -> list[nn.Module]:
    return [nn.Conv2d(before, after, 3, padding=1), nn.ReLU()]


class Audio2AuClassifier(Discriminator, Trainable):
    """The classifier of action units that supervises the generator (PAPER.md).

    It learns on real pictures in its own stage, ``pre-train-classifier``, and goes on learning
    slowly while the generator does.

    Args:
        size: height and width of the aligned faces, px.
        width: channels of the first convolution.
        hidden: numbers after the first linear layer.
        train_classifier: whether it goes on learning beside the generator.
        rate: learning rate of that.
        sequence: frames of an excerpt in its own stage.
        epochs: of its own stage.
        first_rate: learning rate of its own stage.
    """

    judges = "action-units"

    def __init__(  # noqa: PLR0913 - one argument per setting of the manifest
        self,
        *,
        size: int = 112,
        width: int = 32,
        hidden: int = 256,
        train_classifier: bool = True,
        rate: float = 1e-7,
        sequence: int = 16,
        epochs: int = 20,
        first_rate: float = 2e-4,
    ) -> None:
        self._shape = (size, width, hidden)
        self._school = School(sequence, epochs, first_rate)
        self.rate = rate if train_classifier else 0.0
        self._learned = Learned(lambda: ClassifierNetwork(*self._shape))

    @property
    def learned(self) -> bool:
        """Whether it knows action units."""
        return self._learned.done

    def network(self, like: Sample) -> nn.Module:
        """Its network as it is now, not a fresh one: critics of this kind know something already.

        Raises:
            InvalidValue: the sample has no single frames.
        """
        if like.frames is None or like.frames.ndim != 4:
            raise InvalidValue("action units are seen in frames [B, 3, H, W]", where="Sample")
        return self._learned.own

    def stage(self, name: str, material: Material, plan: Plan) -> Stage:
        """See Trainable.

        Raises:
            TrainingError: no clip is long enough.
            DatasetError: a table of OpenFace cannot be used.
        """
        network = self._learned.renew(plan.seed)
        return classifier_stage(
            name,
            network,
            material,
            plan,
            self._school,
            size=self._shape[0],
            done=self._finish,
        )

    def weights(self) -> dict[str, Tensor]:
        """See Trainable."""
        return self._learned.own.state_dict()

    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        """See Trainable."""
        self._learned.load(weights, "discriminators")

    def _finish(self) -> None:
        self._learned.done = True  # it goes on learning beside the generator
