"""RenderingToVideo: from renders of the face to pictures of the person."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from visemix.core.compositing.paste import PasteBack
from visemix.core.errors import CheckpointError, InvalidValue
from visemix.core.interfaces import Refiner
from visemix.core.timeline import cut, length
from visemix.core.training.checkpoint import read_tensors
from visemix.core.training.frame_batches import Cut, FrameBatches
from visemix.core.training.learned import Learned
from visemix.core.training.material import Material
from visemix.core.training.perceptual import PerceptualChoice, perceptual_loss
from visemix.core.training.render_bank import render_bank
from visemix.core.training.stage import Plan, Stage, Trainable
from visemix.core.values.frames import Frames
from visemix.core.values.rendering import Shot
from visemix.core.values.subject import Subject
from visemix.core.windows import Step, Window
from visemix.plugins.facial.render_input import (
    EYES,
    EyeAttention,
    renders_of_shot,
    window_offsets,
)
from visemix.plugins.facial.render_losses import render_objective
from visemix.plugins.facial.render_network import RenderSize, RenderToVideo
from visemix.plugins.facial.render_training import RenderLesson, RenderStage

NONE = "none"
IN_TIME = ("sequence", "audio-video")
"""What critics of more than one frame judge."""


class RenderingToVideo(Refiner, Trainable):
    """FACIAL's rendering-to-video network (sections 3.3 and 3.4; PAPER.md).

    It learns one person; the perceptual loss and the critics are used in training only.

    Args:
        width: channels of the global branch's first layer.
        downs: halvings of the global branch.
        blocks: residual blocks of the global branch.
        local_blocks: residual blocks of the local branch.
        half_window: N_w; twice as many frames are seen.
        offsets: "paper" (-5 to +4 at N_w = 5) or "released" (-6 to +3).
        eye_attention: "channel", "overwrite_rgb" or "off".
        perceptual: "auto", "vgg19", "efficientnet-lite0" or "none".
        vgg19: safetensors file with torchvision's vgg19 weights.
        sequence: consecutive frames that critics of sequences are shown.
        sound_s: seconds of sound around every frame for critics of pictures with their sound.
        paste: "feather", "seamless" or "crop".
        within: "crop" or "face", how much of what is made is shown.
        block: frames made at once.
        rate: learning rate; 0 for the paper's.
        zoom: largest factor by which examples are enlarged before their size is cut out again
            somewhere; 1 for not at all.
        weights: a .safetensors file, or "none" to train from nothing.

    Raises:
        InvalidValue: an unknown choice, or a window without the frame itself.
        CheckpointError: weights that are missing, damaged, or of other sizes.
    """

    def __init__(  # noqa: PLR0913 - one argument per setting of the manifest
        self,
        *,
        width: int = 64,
        downs: int = 4,
        blocks: int = 4,
        local_blocks: int = 3,
        half_window: int = 5,
        offsets: str = "paper",
        eye_attention: str = "channel",
        perceptual: str = "auto",
        vgg19: str | Path = "",
        sequence: int = 5,
        sound_s: float = 0.2,
        paste: str = "feather",
        within: str = "crop",
        block: int = 4,
        rate: float = 0.0,
        zoom: float = 1.0,
        weights: str = NONE,
    ) -> None:
        self._size = RenderSize(width, downs, blocks, local_blocks)
        self._attention = _attention(eye_attention)
        self._offsets = window_offsets(half_window, offsets)
        self._perceptual = PerceptualChoice(perceptual, Path(vgg19) if vgg19 else None)
        self._sequence, self._sound_s = sequence, sound_s
        self._paste, self._rate, self._zoom = (paste, within), rate, zoom
        channels = len(self._offsets) * self._attention.channels
        self._learned = Learned(lambda: RenderToVideo(channels, self._size))
        self._file = Path(weights) if weights != NONE else None
        self.window = Window(block, max(-self._offsets[0], 0), max(self._offsets[-1], 0))
        if self._file is not None:
            self.load_weights(read_tensors(self._file))

    def files(self) -> dict[str, Path]:
        """What it was made from; its hash goes into the lock of a run."""
        return {"weights": self._file} if self._file is not None else {}

    def begin(self, subject: Subject) -> PasteBack:
        """See Refiner.

        Raises:
            CheckpointError: the network has not learned anything.
        """
        if not self._learned.done:
            do = "train it with 'visemix train' and name the run's folder with --checkpoint"
            raise CheckpointError("it has not learned a person yet", where="refiner", do=do)
        network = self._learned.own
        network.to("cuda" if torch.cuda.is_available() else "cpu").eval()
        return PasteBack(subject, *self._paste)

    def refine(self, shot: Shot, state: object) -> Step[Frames]:
        """Make the frames.

        Raises:
            InvalidValue: the renderer made no picture, or lacks the map of the eyes.
        """
        assert isinstance(state, PasteBack)
        past, count = self.window.past, length(shot) - self.window.past - self.window.future
        network = self._learned.own
        device = next(network.parameters()).device
        renders = renders_of_shot(shot, self._offsets, self._attention, device)
        with torch.inference_mode():
            made = network(renders.stacked(self._attention))
        rgb = ((made + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).cpu()
        return Step(state.paste(rgb.clone(), cut(shot, past, past + count)), state)

    def stage(self, name: str, material: Material, plan: Plan) -> Stage:
        """See Trainable.

        Raises:
            TrainingError: the renderer lacks a map, or the perceptual loss its weights.
        """
        del name  # there is but one
        critics = material.critics_of("frames", *IN_TIME)
        wanted = render_objective(plan.preset, plan.weights)
        judged = {critic.part.judges for critic in critics}
        piece = Cut(
            self._offsets,
            self._sequence if judged & set(IN_TIME) else 1,
            self._sound_s if judged & set(IN_TIME) else 0.0,
            zoom=self._zoom,
            vary_zoom=True,
            real_window=False,
        )
        maps = [] if self._attention is EyeAttention.OFF else [EYES]
        parts = material.need_parts()
        banks = [render_bank(example, parts, maps) for example in material.examples]
        batch = plan.batch or 1
        lesson = RenderLesson(
            batches=FrameBatches(banks, piece, batch, plan.seed),
            steps=plan.steps,
            batch=batch,
            middle=self._offsets.index(0),
            attention=self._attention,
            wanted=wanted,
            perceptual=perceptual_loss(self._perceptual) if wanted.weights["perceptual"] else None,
            critics=critics,
            rate=self._rate,
            done=self._finish,
        )
        if not self._learned.done:
            self._learned.renew(plan.seed)
        return RenderStage(self._learned.own.train(), lesson)

    def _finish(self) -> None:
        self._learned.done = True

    def weights(self) -> dict[str, Tensor]:
        """See Trainable."""
        return self._learned.own.state_dict()

    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        """See Trainable."""
        self._learned.load(weights, self._file or "refiner")


def _attention(name: str) -> EyeAttention:
    try:
        return EyeAttention(name)
    except ValueError:
        names = ", ".join(choice.value for choice in EyeAttention)
        raise InvalidValue(
            f"expected one of {names}, got {name!r}", where="eye_attention"
        ) from None
