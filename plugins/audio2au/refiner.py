"""Audio2AuDecoder: an identity image and latent codes to aligned frames."""

from collections.abc import Mapping
from pathlib import Path

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
from visemix.core.training.fast import fast
from visemix.core.training.frame_batch import signed
from visemix.core.training.learned import Learned, unlearned
from visemix.core.training.material import Critic, Material
from visemix.core.training.perceptual import VGG19_WEIGHTS, PerceptualChoice, perceptual_loss
from visemix.core.training.stage import Plan, Stage, Trainable
from visemix.core.training.weights import chosen
from visemix.core.values.frames import Frames
from visemix.core.values.rendering import Shot
from visemix.core.values.subject import Subject
from visemix.core.windows import Step, Window
from visemix.plugins.audio2au.action_unit_loss import ActionUnitLoss
from visemix.plugins.audio2au.attribute_model import Audio2AuSpeech
from visemix.plugins.audio2au.classifier import Audio2AuClassifier
from visemix.plugins.audio2au.lessons import Lessons
from visemix.plugins.audio2au.losses import AU_WEIGHTS, WEIGHTS
from visemix.plugins.audio2au.manner import Manner
from visemix.plugins.audio2au.pictures import FaceNetwork, FaceSize, Person
from visemix.plugins.audio2au.training import (
    ADVERSARIAL,
    CLASSIFIES,
    Course,
    GeneratorStage,
)
from visemix.plugins.audio2au.variety import Variety

TELLING = ("frames", "sequence")
"""What critics judge that tell real from made."""

ALIKE = tuple(1 / len(VGG19_WEIGHTS) for _ in VGG19_WEIGHTS)
"""Weights of VGG19's levels: eq. 5 is their mean."""


@attrs.frozen(eq=False)
class Decoding(Value):
    """State between blocks.

    Attributes:
        person: the identity image.
        paste: puts pictures back.
        memory: of the GRU; None at the start.
    """

    person: Person
    paste: AlignedPaste
    memory: Tensor | None = None


class Audio2AuDecoder(Refiner, Trainable):
    """Identity encoder, GRU and decoder of Chen et al. (PAPER.md).

    The person is the first reference frame that shows the face. The audio encoder learns in this
    part's stages too, and Audio2AU and the classifier go on learning.

    Args:
        size: height and width of the aligned pictures, px; 112 as published.
        width: channels of the outermost maps.
        identity: numbers of the identity code.
        latent: numbers of the latent codes that come in.
        unit: numbers of one action unit's feature in them.
        hidden: of the GRU.
        use_audio2au: whether the GRU hears the action units' features (1,344 or 1,024 numbers).
        difference: the decoder makes the difference from the identity image; not in the paper.
        paste: "aligned" gives the aligned pictures, "feather" and "seamless" put them back.
        perceptual: "auto", "vgg19", "efficientnet-lite0" or "none".
        vgg19: safetensors file with torchvision's vgg19 weights.
        sequence: frames of an excerpt in training.
        epochs: of each of the two stages.
        rate: learning rate of the generator.
        units_rate: learning rate of Audio2AU beside it; 0 to leave it as it was pre-trained.
        noise, tilt, any_still, mirror: see Variety; not in the paper.
        mouth_weight, perceptual_every, cooling: see Manner; not in the paper.
        block: frames made at once.

    Raises:
        InvalidValue: an unknown choice, or sizes that do not fit.
    """

    def __init__(  # noqa: PLR0913 - one argument per setting of the manifest
        self,
        *,
        size: int = 112,
        width: int = 64,
        identity: int = 512,
        latent: int = 832,
        unit: int = 64,
        hidden: int = 512,
        use_audio2au: bool = True,
        difference: bool = False,
        paste: str = "feather",
        perceptual: str = "auto",
        vgg19: str | Path = "",
        sequence: int = 16,
        epochs: int = 20,
        rate: float = 2e-4,
        units_rate: float = 1e-6,
        noise: float = 0.0,
        tilt: float = 0.0,
        any_still: bool = False,
        mirror: bool = False,
        mouth_weight: float = 1.0,
        perceptual_every: int = 1,
        cooling: float = 0.0,
        block: int = 25,
    ) -> None:
        self._size = FaceSize(size, width, identity, latent, unit, hidden, use_audio2au, difference)
        self._aligned = Aligned(size, size)
        self._paste = known_paste(paste)
        self._perceptual = PerceptualChoice(perceptual, Path(vgg19) if vgg19 else None)
        self._sequence, self._epochs, self._rates = sequence, epochs, (rate, units_rate)
        self._variety = Variety(noise, tilt, any_still, mirror)
        self._manner = Manner(mouth_weight, perceptual_every, cooling)
        self.window = Window(block)
        self._learned = Learned(lambda: FaceNetwork(self._size))

    @property
    def network(self) -> FaceNetwork:
        """What learns; made when first needed."""
        return self._learned.own

    @torch.no_grad()
    def begin(self, subject: Subject) -> Decoding:
        """See Refiner.

        Raises:
            CheckpointError: it has not learned anything.
            SubjectError: the face is not seen in any frame.
        """
        if not self._learned.done:
            raise unlearned("audio2au-decoder", "refiner")
        network = fast(self.network, compiled=False)
        network.to("cuda" if torch.cuda.is_available() else "cpu").eval()
        paste = AlignedPaste(subject, self._aligned, self._paste)
        device = next(network.parameters()).device
        return Decoding(self.network.person(signed(paste.still)[None].to(device)), paste)

    @torch.no_grad()
    def refine(self, shot: Shot, state: object) -> Step[Frames]:
        """Pictures of the latent codes, as they are or in the matched reference frames.

        Raises:
            InvalidValue: the attributes have no latent code, or one of another size.
        """
        assert isinstance(state, Decoding)
        latent = latent_codes(shot.match.attributes, self._size.latent, "audio2au-speech")
        given = latent.to(state.person.code.device)[None]
        made, memory = self.network.speak(state.person, given, state.memory)
        rgb = ((made[0] + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).cpu()
        return Step(state.paste.paste(rgb, shot), attrs.evolve(state, memory=memory))

    def stage(self, name: str, material: Material, plan: Plan) -> Stage:
        """``reconstruction``, or ``adversarial``, which goes on where that ended.

        Raises:
            TrainingError: the recipe's attribute model is another one, the classifier has learned
                nothing, the clips are too short, or the perceptual loss lacks its weights.
            DatasetError: a table of OpenFace cannot be used.
        """
        speech = material.need_parts().attribute_model
        if not isinstance(speech, Audio2AuSpeech):
            what = "audio2au-decoder learns together with audio2au-speech"
            raise TrainingError(what, where="attribute_model", do="use that attribute model")
        if not self._learned.done:
            self._learned.renew(plan.seed)
        course = self._course(name, material, plan)
        critics = classifiers(material) if course.weights["au"] else []
        if name == ADVERSARIAL and course.weights["adversarial"]:
            critics = [*material.critics_of(*TELLING), *critics]
        taught = {c.name: c.part for c in critics if isinstance(c.part, Trainable)}
        return GeneratorStage(
            speech.network,
            self.network,
            critics,
            course,
            partners={"attribute_model": speech, **taught},
            done=self._learned.finish,
        )

    def _course(self, name: str, material: Material, plan: Plan) -> Course:
        banks = [aligned_bank(example, self._aligned) for example in material.examples]
        lessons = Lessons(banks, self._sequence, plan, self._variety)
        weights = chosen(WEIGHTS, plan.weights)
        perceptual = perceptual_loss(self._perceptual, ALIKE) if weights["perceptual"] else None
        return Course(
            name,
            lessons,
            steps=plan.steps or self._epochs * lessons.epoch,
            weights=weights,
            unit_loss=ActionUnitLoss(lessons.rates, chosen(AU_WEIGHTS, plan.weights)),
            perceptual=perceptual,
            rate=self._rates[0],
            units_rate=self._rates[1],
            manner=self._manner,
        )

    def weights(self) -> dict[str, Tensor]:
        """See Trainable."""
        return self.network.state_dict()

    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        """See Trainable."""
        self._learned.load(weights, "refiner")
        self._learned.finish()


def classifiers(material: Material) -> list[Critic]:
    """The critics that know action units.

    Raises:
        TrainingError: one of them has learned nothing yet.
    """
    found = material.critics_of(CLASSIFIES)
    for critic in found:
        if isinstance(critic.part, Audio2AuClassifier) and not critic.part.learned:
            what = "the classifier of action units has not learned anything yet"
            do = "train the stage pre-train-classifier before"
            raise TrainingError(what, where=critic.name, do=do)
    return found
