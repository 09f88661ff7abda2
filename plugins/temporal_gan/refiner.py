"""TemporalGanDecoder: the pictorial half of the generator, latent codes and a still to frames."""

from collections.abc import Mapping

import attrs
import torch
from torch import Tensor

from visemix.core.compositing.aligned_paste import AlignedPaste, known_paste
from visemix.core.errors import TrainingError
from visemix.core.interfaces import Refiner
from visemix.core.latent_codes import latent_codes
from visemix.core.shapes import Value
from visemix.core.subjects.alignment import Aligned
from visemix.core.training.aligned_bank import aligned_bank
from visemix.core.training.frame_batch import signed
from visemix.core.training.learned import Learned, unlearned
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan, Stage, Trainable
from visemix.core.values.frames import Frames
from visemix.core.values.rendering import Shot
from visemix.core.values.subject import Subject
from visemix.core.windows import Step, Window
from visemix.plugins.temporal_gan.attribute_model import TemporalGanLatent
from visemix.plugins.temporal_gan.course import Manner, course_of, held_out
from visemix.plugins.temporal_gan.generator import Generator
from visemix.plugins.temporal_gan.pictures import FaceNetwork, PictureSize
from visemix.plugins.temporal_gan.quick_decoder import QuickDecoder, Quickness
from visemix.plugins.temporal_gan.training import GanStage
from visemix.plugins.temporal_gan.watch import SyncWatch

CRITICS = ("frames", "sequence", "audio-video")


@attrs.frozen(eq=False)
class Decoding(Value):
    """State between blocks.

    Attributes:
        decoder: of this person.
        paste: puts pictures back.
    """

    decoder: QuickDecoder
    paste: AlignedPaste


class TemporalGanDecoder(Refiner, Trainable):
    """Identity encoder and frame decoder of Vougioukas et al. (sections 3.1.1 and 3.1.4).

    The person is the first reference frame that shows the face. Both halves of the generator learn
    in this part's stage.

    Args:
        height: of the aligned pictures, px, 4 times a power of two; 128 as published.
        width: channels of the outermost layer.
        identity: numbers of the identity code.
        latent: numbers of the latent codes that come in.
        skips: whether the decoder sees the still's maps.
        paste: "aligned" gives the aligned pictures, "feather" and "seamless" put them back.
        precision: "auto", "float32" or "bfloat16", when a video is made.
        block: frames made at once.
        sequence: frames of an excerpt in training.
        epochs: of the training, at most.
        rate: learning rate of the generator.
        alone: steps before the critics join (not in the paper).
        warm_up: steps over which the critics' word comes to count.
        l1_region: "lower" half (eq. 6) or "full".
        mirror: whether half of the excerpts are mirrored.
        sound_changes: how much the sound is moved, made louder and disturbed (not in the paper).
        validation: share of the clips that is held out to stop by.
        patience: trials on them without a better one before it stops; 0 for never.
        keep: whether the weights of the "best" trial or the "last" ones are taken.

    Raises:
        InvalidValue: an unknown choice, or a height that is none.
    """

    def __init__(  # noqa: PLR0913 - one argument per setting of the manifest
        self,
        *,
        height: int = 128,
        width: int = 64,
        identity: int = 128,
        latent: int = 266,
        skips: bool = True,
        paste: str = "feather",
        precision: str = "auto",
        block: int = 25,
        sequence: int = 50,
        epochs: int = 100,
        rate: float = 1e-4,
        alone: int = 0,
        warm_up: int = 0,
        l1_region: str = "lower",
        mirror: bool = True,
        sound_changes: float = 0.0,
        validation: float = 0.1,
        patience: int = 5,
        keep: str = "best",
    ) -> None:
        self._size = PictureSize(height, width, identity, latent, skips)
        self._aligned = Aligned(height, self._size.picture_width)
        self._paste, self._precision = known_paste(paste), precision
        self._manner = Manner(
            sequence=sequence,
            epochs=epochs,
            rate=rate,
            alone=alone,
            warm_up=warm_up,
            lower_half=l1_region == "lower",
            mirror=mirror,
            sound_changes=sound_changes,
            validation=validation,
            patience=patience,
            keep_best=keep == "best",
        )
        self.window = Window(block)
        self._learned = Learned(lambda: FaceNetwork(self._size))

    @property
    def network(self) -> FaceNetwork:
        """What learns; made when first needed."""
        return self._learned.own

    def begin(self, subject: Subject) -> Decoding:
        """See Refiner.

        Raises:
            CheckpointError: it has not learned anything.
            SubjectError: the face is not seen in any frame.
        """
        if not self._learned.done:
            raise unlearned("temporal-gan-decoder", "refiner")
        network = self.network.to("cuda" if torch.cuda.is_available() else "cpu").eval()
        paste = AlignedPaste(subject, self._aligned, self._paste)
        quickness = Quickness.of(network, self._precision)
        return Decoding(QuickDecoder(network, signed(paste.still), quickness), paste)

    def refine(self, shot: Shot, state: object) -> Step[Frames]:
        """Pictures of the latent codes, as they are or in the matched reference frames.

        Raises:
            InvalidValue: the attributes have no latent code, or one of another size.
        """
        assert isinstance(state, Decoding)
        latent = latent_codes(shot.match.attributes, self._size.latent, "temporal-gan-latent")
        return Step(state.paste.paste(state.decoder(latent), shot), state)

    def stage(self, name: str, material: Material, plan: Plan) -> Stage:
        """See Trainable.

        Raises:
            TrainingError: the recipe's attribute model is another one, or the clips are too short.
        """
        del name  # there is but one
        speech = material.need_parts().attribute_model
        if not isinstance(speech, TemporalGanLatent):
            what = "temporal-gan-decoder learns together with temporal-gan-latent"
            do = "use that attribute model"
            raise TrainingError(what, where="attribute_model", do=do)
        if not self._learned.done:
            self._learned.renew(plan.seed)
            speech.renew(plan.seed + 1)
        generator = Generator(speech.network, self.network, speech.noise)
        banks = [aligned_bank(example, self._aligned) for example in material.examples]
        known, kept = held_out(banks, self._manner.validation)
        course = course_of(known, speech.network.size, plan, self._manner)
        watch = SyncWatch(known, kept, course.epoch, self._manner.patience)
        partners = {"attribute_model": speech}
        return GanStage(
            generator, material.critics_of(*CRITICS), course, watch, partners, self._learned.finish
        )

    def weights(self) -> dict[str, Tensor]:
        """See Trainable."""
        return self.network.state_dict()

    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        """See Trainable."""
        self._learned.load(weights, "refiner")
        self._learned.finish()
