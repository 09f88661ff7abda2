"""RhythmicGenerator: renders of the 3D-aware module and a few references to pictures."""

from collections.abc import Mapping
from pathlib import Path

import attrs
import torch
from torch import Tensor

from visemix.core.compositing.paste import PasteBack
from visemix.core.interfaces import Refiner
from visemix.core.shapes import Value
from visemix.core.training.checkpoint import read_tensors
from visemix.core.training.learned import Learned, unlearned
from visemix.core.training.material import Material
from visemix.core.training.perceptual import PerceptualChoice
from visemix.core.training.stage import Plan, Stage, Trainable
from visemix.core.values.frames import Frames
from visemix.core.values.rendering import Shot
from visemix.core.values.subject import Subject
from visemix.core.windows import Step, Window
from visemix.plugins.rhythmic_head.generator.course import Manner, lesson_of
from visemix.plugins.rhythmic_head.generator.embedding import Remembered
from visemix.plugins.rhythmic_head.generator.examples import Choice
from visemix.plugins.rhythmic_head.generator.network import Generator
from visemix.plugins.rhythmic_head.generator.shots import Pictures, known_of, scene_of
from visemix.plugins.rhythmic_head.generator.size import Size, Switches, Ways
from visemix.plugins.rhythmic_head.generator.training import GeneratorStage

NONE = "none"


@attrs.frozen(eq=False)
class Showing(Value):
    """Somebody who is shown.

    Attributes:
        remembered: of the K references, B = 1.
        pictures: of the person, as crops.
        paste: puts crops into full pictures.
    """

    remembered: Remembered
    pictures: Pictures
    paste: PasteBack


class RhythmicGenerator(Refiner, Trainable):
    """The few-shot 3D-aware generator (C.2.5 to C.2.7; PAPER.md).

    One checkpoint takes any number of references. The perceptual loss and the critics are used in
    training only.

    Args:
        width: channels of the finest level.
        downs: halvings.
        adaptive: shallow levels with generated weights.
        flow_downs: halvings of the flow networks.
        flow_blocks: residual blocks of the flow networks.
        norm: "batch" or "instance".
        references: K, and the most references that an example of the training has.
        vary_references: train with any number up to that.
        reference_share: first share of a clip that references come from in training.
        reference_gap: frames that they keep to what is to be made.
        worst: probability that, in training, the matched reference is the worst one.
        jitter: share by which edge maps are scaled and moved in training.
        use_projection: look at the render.
        use_attention: hybrid embedding; else the mean of the references' features.
        composition: "nonlinear" or "matting".
        use_warp: move pictures to fit; warp_projection and warp_reference for one of them only.
        warp_projection: move the render.
        warp_reference: move the matched reference.
        combine: "sum" or "concat".
        n_layers: levels of the decoder that compose, from the finest on; 0 for all.
        upsampling: "transposed" or "nearest".
        perceptual: "auto", "vgg19", "efficientnet-lite0" or "none".
        vgg19: safetensors file with torchvision's vgg19 weights.
        sequence: consecutive frames that critics of sequences are shown.
        sound_s: seconds of sound around every frame for critics of pictures with their sound.
        zoom: largest factor by which examples are enlarged before they are cut out again.
        paste: how the crop is put into the picture, one of core.compositing.paste.MODES.
        within: how much of it is shown, one of core.compositing.paste.WITHIN.
        block: frames made at once.
        rate: learning rate of the generator; 0 for the preset's.
        decay: share of the steps, at the end, over which the rates fall to nothing.
        weights: a .safetensors file, or "none" to train from nothing.

    Raises:
        InvalidValue: an unknown choice.
        CheckpointError: weights that are missing, damaged, or of other sizes.
    """

    def __init__(  # noqa: PLR0913 - one argument per setting of the manifest
        self,
        *,
        width: int = 32,
        downs: int = 5,
        adaptive: int = 4,
        flow_downs: int = 3,
        flow_blocks: int = 6,
        norm: str = "batch",
        references: int = 8,
        vary_references: bool = True,
        reference_share: float = 1.0,
        reference_gap: int = 0,
        worst: float = 0.75,
        jitter: float = 0.0,
        use_projection: bool = True,
        use_attention: bool = True,
        composition: str = "nonlinear",
        use_warp: bool = True,
        warp_projection: bool = True,
        warp_reference: bool = True,
        combine: str = "sum",
        n_layers: int = 0,
        upsampling: str = "transposed",
        perceptual: str = "auto",
        vgg19: str | Path = "",
        sequence: int = 5,
        sound_s: float = 0.2,
        zoom: float = 1.0,
        paste: str = "feather",
        within: str = "crop",
        block: int = 4,
        rate: float = 0.0,
        decay: float = 0.0,
        weights: str = NONE,
    ) -> None:
        size = Size(width, downs, adaptive, flow_downs, flow_blocks, norm)
        switches = Switches(
            projection=use_projection,
            attention=use_attention,
            warp_projection=use_warp and warp_projection,
            warp_reference=use_warp and warp_reference,
            layers=n_layers,
        )
        on = Ways(composition, combine, upsampling).of(switches)
        self._manner = Manner(
            references=references,
            share=reference_share,
            gap=reference_gap,
            choice=Choice(vary_references, worst, jitter),
            perceptual=PerceptualChoice(perceptual, Path(vgg19) if vgg19 else None),
            sequence=sequence,
            sound_s=sound_s,
            zoom=zoom,
            rate=rate,
            decay=decay,
        )
        self._paste = (paste, within)
        self.window = Window(block)
        self._learned = Learned(lambda: Generator(size, on))
        self._file = Path(weights) if weights != NONE else None
        if self._file is not None:
            self.load_weights(read_tensors(self._file))

    def files(self) -> dict[str, Path]:
        """What it was made from; its hash goes into the lock of a run."""
        return {"weights": self._file} if self._file is not None else {}

    def begin(self, subject: Subject) -> Showing:
        """Look at the references.

        Raises:
            CheckpointError: the network has not learned anything.
            InvalidValue: the subject has no head pose to choose references by.
        """
        if not self._learned.done:
            raise unlearned("it", "refiner")
        network = self._learned.own
        network.to("cuda" if torch.cuda.is_available() else "cpu").eval()
        pictures = Pictures(subject)
        device = next(network.parameters()).device
        with torch.no_grad():
            remembered = network.remember(known_of(pictures, self._manner.references, device))
        return Showing(remembered, pictures, PasteBack(subject, *self._paste))

    def refine(self, shot: Shot, state: object) -> Step[Frames]:
        """Make the frames.

        Raises:
            InvalidValue: the renderer makes no picture, or the face model no landmarks.
        """
        assert isinstance(state, Showing)
        network = self._learned.own
        device = next(network.parameters()).device
        scene = scene_of(shot, state.pictures, device)
        with torch.no_grad():
            remembered = state.remembered.expanded(len(scene.landmarks))
            made = network.make(remembered, scene).picture
        rgb = ((made + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).cpu()
        return Step(state.paste.paste(rgb, shot), state)

    def stage(self, name: str, material: Material, plan: Plan) -> Stage:
        """See Trainable; fine-tuning goes on from weights where there are any.

        Raises:
            TrainingError: drawn faces have no landmarks, or the perceptual loss no weights.
        """
        lesson = lesson_of(name, material, plan, self._manner, self._learned.finish)
        if not self._learned.done:
            self._learned.renew(plan.seed)
        return GeneratorStage(self._learned.own.train(), lesson)

    def weights(self) -> dict[str, Tensor]:
        """See Trainable."""
        return self._learned.own.state_dict()

    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        """See Trainable."""
        self._learned.load(weights, self._file or "refiner")
