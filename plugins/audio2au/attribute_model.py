"""Audio2AuSpeech: MFCC windows to an audio code, features of action units, and action units."""

from collections.abc import Mapping

import torch
from torch import Tensor

from visemix.core.errors import RecipeError
from visemix.core.interfaces import AttributeModel
from visemix.core.training.learned import Learned
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan, Stage, Trainable
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.features import AudioFeatures
from visemix.core.values.subject import Subject
from visemix.core.windows import Step, Window
from visemix.plugins.audio2au.labels import UNITS, intensities
from visemix.plugins.audio2au.pre_training import School, audio2au_stage
from visemix.plugins.audio2au.speech import Memory, SpeechNetwork, SpeechSize, windows_of
from visemix.plugins.audio2au.variety import Variety


class Audio2AuSpeech(AttributeModel, Trainable):
    """Audio encoder and five Audio2AU modules (PAPER.md).

    The latent code of a frame is the audio code followed by the features of AU10, AU14, AU20, AU25
    and AU26. Its action units are probabilities of presence times 5.

    The stage ``pre-train`` teaches Audio2AU alone; the audio encoder learns with the decoder.

    Args:
        fps: frames per second.
        latent: numbers of a latent code, 832 as published: 512 and five times 64.
        unit: numbers of one action unit's feature.
        width: channels of the audio encoder's first convolution.
        au_rnn_scope: what Audio2AU's LSTMs run over, "window" or "sequence" (of frames).
        even_code: every audio code is brought to mean 0 and spread 1; not in the paper. At
            large learning rates the code grows until the GRU is saturated and the mouth freezes.
        dropout: in training.
        noise: see Variety, in the pre-training.
        tilt: the same.
        sequence: frames of an excerpt in training.
        epochs: of the pre-training.
        rate: learning rate of it.
        block: frames made at once.

    Raises:
        RecipeError: no room for an audio code.
    """

    def __init__(  # noqa: PLR0913 - one argument per setting of the manifest
        self,
        *,
        fps: float = 25.0,
        latent: int = 832,
        unit: int = 64,
        width: int = 64,
        au_rnn_scope: str = "window",
        even_code: bool = False,
        dropout: float = 0.0,
        noise: float = 0.0,
        tilt: float = 0.0,
        sequence: int = 16,
        epochs: int = 20,
        rate: float = 2e-4,
        block: int = 25,
    ) -> None:
        del fps
        code = latent - len(UNITS) * unit
        if code < 1:
            what = f"a code of {latent} numbers has no room for {len(UNITS)} times {unit} and sound"
            raise RecipeError(what, where="attribute_model.latent", do="make it larger")
        self._size = SpeechSize(code, unit, width, au_rnn_scope, dropout, even_code)
        self._school = School(sequence, epochs, rate, Variety(noise, tilt))
        self.window = Window(block)
        self._learned = Learned(lambda: SpeechNetwork(self._size))

    @property
    def network(self) -> SpeechNetwork:
        """What learns; made when first needed."""
        return self._learned.own

    def begin(self, subject: Subject, seed: int) -> Memory | None:
        """Nothing was heard yet."""
        del subject, seed
        self.network.eval()
        return None

    @torch.no_grad()
    def predict(self, features: AudioFeatures, state: object) -> Step[FaceAttributes]:
        """See AttributeModel.

        Raises:
            InvalidValue: windows of another shape.
        """
        assert state is None or isinstance(state, list)
        network = self.network
        device = next(network.parameters()).device
        windows = windows_of(features).to(device)[None]
        heard = network.units(windows, state)
        latent = torch.cat((network.encoder(windows), heard.features), -1)[0].cpu()
        units = intensities(heard.logits[0]).cpu()
        return Step(FaceAttributes(features.fps, action_units=units, latent=latent), heard.memory)

    def stage(self, name: str, material: Material, plan: Plan) -> Stage:
        """See Trainable.

        Raises:
            TrainingError: no clip is long enough.
            DatasetError: a table of OpenFace cannot be used.
        """
        network = self._learned.renew(plan.seed)
        return audio2au_stage(name, network.units, material, plan, self._school)

    def weights(self) -> dict[str, Tensor]:
        """See Trainable."""
        return self.network.state_dict()

    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        """See Trainable."""
        self._learned.load(weights, "attribute_model")
