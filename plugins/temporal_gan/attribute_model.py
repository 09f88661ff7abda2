"""TemporalGanLatent: the temporal half of the generator, speech to latent codes."""

from collections.abc import Mapping

import attrs
import torch
from torch import Tensor

from visemix.core.errors import InvalidValue, RecipeError, TrainingError
from visemix.core.interfaces import AttributeModel
from visemix.core.shapes import Value
from visemix.core.timeline import length
from visemix.core.training.learned import Learned
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan, Stage, Trainable
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.features import AudioFeatures
from visemix.core.values.subject import Subject
from visemix.core.windows import Step, Window
from visemix.plugins.temporal_gan.hearing import STEPS, WIDTH
from visemix.plugins.temporal_gan.latent import LatentNetwork, LatentSize, Memory

SECONDS = 0.2
"""Of a window of sound."""

SPREAD = 0.6**0.5
"""Standard deviation of the noise: the paper's variance is 0.6; the released code takes 0.33."""


@attrs.frozen(eq=False)
class Speaking(Value):
    """State between blocks.

    Attributes:
        seed: of the noise.
        frame: the next one.
        memory: of the GRUs; None at the start.
    """

    seed: int
    frame: int = 0
    memory: Memory | None = None


class TemporalGanLatent(AttributeModel, Trainable):
    """Content and noise codes that ``temporal-gan-decoder`` makes pictures of (section 3.1).

    It has no stage of its own: both halves learn together, in the decoder's stage.

    Args:
        fps: frames per second.
        rate: samples per second of the windows it hears, 50,000 as published, or 16,000.
        latent: numbers of a latent code, those of the noise among them.
        noise_size: numbers of the noise.
        noise: standard deviation of the noise in training; 0 for no noise at all.
        noise_at_test: the same when a video is made.
        layers: of the content GRU, 1 (paper) or 2 (released).
        width: channels of the first convolution.
        temporal: whether frames know of the frames before them.
        block: frames made at once.

    Raises:
        RecipeError: a rate at which 0.2 s cannot be heard, or no room for the content.
    """

    def __init__(  # noqa: PLR0913 - one argument per setting of the manifest
        self,
        *,
        fps: float = 25.0,
        rate: int = 50_000,
        latent: int = 266,
        noise_size: int = 10,
        noise: float = SPREAD,
        noise_at_test: float = SPREAD,
        layers: int = 1,
        width: int = WIDTH,
        temporal: bool = True,
        block: int = 25,
    ) -> None:
        del fps
        samples = round(SECONDS * rate)
        if samples % STEPS:
            what = f"windows of {SECONDS} s at {rate} Hz are not whole steps"
            do = "use 50000 (published) or 16000, here and in the audio encoder"
            raise RecipeError(what, where="attribute_model.rate", do=do)
        if latent <= noise_size:
            what = f"a code of {latent} numbers has no room beside {noise_size} of noise"
            raise RecipeError(what, where="attribute_model.latent", do="make it larger")
        self._noise, self._noise_at_test = noise, noise_at_test if noise else 0.0
        self._size = LatentSize(samples, latent - noise_size, noise_size, layers, width, temporal)
        self.window = Window(block)
        self._learned = Learned(lambda: LatentNetwork(self._size))

    @property
    def network(self) -> LatentNetwork:
        """What learns; made when first needed."""
        return self._learned.own

    @property
    def noise(self) -> float:
        """Standard deviation of the noise in training."""
        return self._noise

    def begin(self, subject: Subject, seed: int) -> Speaking:
        """Zero memory; the noise is the seed's."""
        del subject
        self.network.eval()
        return Speaking(seed)

    @torch.no_grad()
    def predict(self, features: AudioFeatures, state: object) -> Step[FaceAttributes]:
        """See AttributeModel.

        Raises:
            InvalidValue: windows of another length.
        """
        assert isinstance(state, Speaking)
        windows = windows_of(features, self._size.samples)
        network, frames = self.network, length(features)
        device = next(network.parameters()).device
        white = self.white_noise(frames, state.seed, state.frame) * self._noise_at_test
        latent, memory = network(windows.to(device)[None], white.to(device)[None], state.memory)
        after = Speaking(state.seed, state.frame + frames, memory)
        return Step(FaceAttributes(features.fps, latent=latent[0].cpu()), after)

    def white_noise(self, frames: int, seed: int, first: int) -> Tensor:
        """[T, noise] of spread 1; the same for the same seed and first frame."""
        dice = torch.Generator().manual_seed(seed * 1_000_003 + first)
        return torch.randn(frames, self._size.noise, generator=dice)

    def renew(self, seed: int) -> LatentNetwork:
        """A fresh network, in place of what was learned."""
        return self._learned.renew(seed)

    def stage(self, name: str, material: Material, plan: Plan) -> Stage:
        """There is none.

        Raises:
            TrainingError: always.
        """
        del material, plan
        what = f"temporal-gan-latent has no stage {name!r}: it learns with its decoder"
        do = "train a recipe whose refiner is temporal-gan-decoder"
        raise TrainingError(what, where="attribute_model", do=do)

    def weights(self) -> dict[str, Tensor]:
        """See Trainable."""
        return self.network.state_dict()

    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        """See Trainable."""
        self._learned.load(weights, "attribute_model")


def windows_of(features: AudioFeatures, samples: int) -> Tensor:
    """[T, S] the one row of every window.

    Raises:
        InvalidValue: several rows, or another length.
    """
    rows, width = features.values.shape[1:]
    if (rows, width) != (1, samples):
        what = f"expected one row of {samples} samples, got {rows} of {width}"
        do = "use raw-windows with the same rate, seconds: 0.2, chunks: 1"
        raise InvalidValue(what, where="AudioFeatures", do=do)
    return features.values[:, 0]
