"""Examples: a frame, its render, references, and one of these as the matched one."""

from collections.abc import Sequence

import attrs
import numpy as np
import torch
from torch import Tensor

from visemix.core.interfaces import Sample
from visemix.core.shapes import Value
from visemix.core.training.frame_batch import FrameBatch, References, signed
from visemix.core.training.frame_batches import FrameBatches, Picked
from visemix.core.training.stage import Shard
from visemix.core.values.pose import PoseConvention
from visemix.core.values.subject import Subject
from visemix.plugins.rhythmic_head.generator.edges import SEEN, WANTED
from visemix.plugins.rhythmic_head.generator.jitter import Jitter, jittered
from visemix.plugins.rhythmic_head.generator.scene import Known, Scene

LEVELS = 255


@attrs.frozen
class Choice:
    """What is left to chance beside the frames.

    Attributes:
        vary: whether a step shows 1 to R references, else always R.
        worst: probability that the matched reference is the one turned most differently; else it
            is any (released code 0.75).
        jitter: share by which edge maps are scaled and moved (released code 0.2).
    """

    vary: bool = True
    worst: float = 0.75
    jitter: float = 0.0


@attrs.frozen(eq=False)
class Shown(Value):
    """A batch as the networks see it, N = B * L frames.

    Attributes:
        known: references.
        scene: what is to be made.
        real: [N, 3, H, W] in [-1, 1], what it should look like.
        layout: (B, L).
        sound: [B, L, S] or None.
    """

    known: Known
    scene: Scene
    real: Tensor
    layout: tuple[int, int]
    sound: Tensor | None

    def to(self, device: torch.device | str, *, non_blocking: bool = False) -> "Shown":
        """Itself: it was made where it is learned from."""
        del device, non_blocking
        return self

    @property
    def condition(self) -> Tensor:
        """[N, 5, H, W] for critics: a reference with its landmarks, and the wanted landmarks."""
        scene = self.scene
        return torch.cat((scene.matched_landmarks, scene.matched, scene.landmarks), 1)

    def sample(self, frames: Tensor, judges: str) -> Sample:
        """``frames`` [N, 3, H, W] as a critic of ``judges`` wants them."""
        if judges == "frames":
            return Sample(frames=frames, condition=self.condition)
        clips, seen = (x.reshape(*self.layout, *x.shape[1:]) for x in (frames, self.condition))
        return Sample(frames=clips, condition=seen, sound=self.sound)


class Examples:
    """Batches of what the generator learns from; every one a function of seed and step.

    Args:
        batches: cut out the frames.
        subjects: of the clips.
        choice: what is left to chance.
        seed: of it.
    """

    def __init__(
        self, batches: FrameBatches, subjects: Sequence[Subject], choice: Choice, seed: int
    ) -> None:
        self._batches, self._choice, self._seed = batches, choice, seed
        self._turned = [_rotations(subject) for subject in subjects]
        self.count = batches.count

    def batch(self, step: int, shard: Shard) -> "Dealt":
        """The examples of one step, cut out where they are moved to."""
        return Dealt(self, self._batches.picked(step, shard), step)

    def shown(self, frames: FrameBatch, positions: Sequence[int], step: int) -> Shown:
        """Frames as the networks see them."""
        references = frames.references
        assert references is not None
        count = self._count(step, references.frame.shape[1])
        references = references.each(lambda value: value[:, :count])
        places = [
            self._matched(clip, int(frame[0]), few, position)
            for clip, frame, few, position in zip(
                frames.clip.tolist(),
                frames.frame.tolist(),
                references.frame.tolist(),
                positions,
                strict=True,
            )
        ]
        jitter = [Jitter.drawn(self._choice.jitter, self._dice(2, p)) for p in positions]
        return _shown(frames, references, torch.tensor(places), jitter)

    def _count(self, step: int, most: int) -> int:
        """How many references the step shows; the same in all processes."""
        return int(self._dice(0, step).integers(1, most + 1)) if self._choice.vary else most

    def _matched(self, clip: int, frame: int, few: Sequence[int], position: int) -> int:
        """Which of the references is the matched one."""
        dice = self._dice(1, position)
        if dice.random() >= self._choice.worst:
            return int(dice.integers(len(few)))
        turned = self._turned[clip]
        return int((turned[few] - turned[frame]).abs().sum(1).argmax())

    def _dice(self, purpose: int, number: int) -> np.random.Generator:
        return np.random.default_rng((self._seed, purpose, number))


@attrs.frozen(eq=False)
class Dealt:
    """Examples that are not cut out yet.

    Attributes:
        examples: makes them.
        picked: cuts out their frames.
        step: of the training.
    """

    examples: Examples
    picked: Picked
    step: int

    def to(self, device: torch.device | str, *, non_blocking: bool = False) -> Shown:
        """The examples, on a device."""
        frames = self.picked.to(device, non_blocking=non_blocking)
        return self.examples.shown(frames, self.picked.positions, self.step)


def _rotations(subject: Subject) -> Tensor:
    """[N, 3] rotation vectors; all 0 where the face model has no pose."""
    pose = subject.fit.attributes.pose
    if pose is None:
        return torch.zeros(len(subject.track.found), 3)
    return pose.to(PoseConvention.ROTVEC_PX).rotation


def _shown(
    frames: FrameBatch, references: References, places: Tensor, jitter: Sequence[Jitter]
) -> Shown:
    layout = (frames.real.shape[0], frames.real.shape[1])
    each = torch.arange(layout[0], device=frames.real.device)
    edges = jittered(_map(references.maps[SEEN]), jitter)
    wanted = jittered(_map(frames.window_maps[WANTED][:, :, 0]), jitter)

    def repeated(values: Tensor) -> Tensor:
        return values.repeat_interleave(layout[1], 0)

    pictures, places = signed(references.real), places.to(each)
    scene = Scene(
        landmarks=wanted.flatten(0, 1),
        render=signed(frames.window_rgb[:, :, 0]).flatten(0, 1),
        alpha=_map(frames.window_alpha[:, :, 0]).flatten(0, 1),
        matched=repeated(pictures[each, places]),
        matched_landmarks=repeated(edges[each, places]),
    )
    known = Known(repeated(pictures), repeated(edges))
    return Shown(known, scene, signed(frames.real).flatten(0, 1), layout, frames.sound)


def _map(picture: Tensor) -> Tensor:
    return picture.float() / LEVELS
