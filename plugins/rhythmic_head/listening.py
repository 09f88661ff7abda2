"""What both learners ask of the sound's features, and what they say when they have not learned."""

from collections.abc import Sequence
from pathlib import Path

import attrs
import torch
from torch import Tensor

from visemix.core.errors import CheckpointError, InvalidValue, RecipeError
from visemix.core.training.dataset import Example
from visemix.core.training.learned import unlearned
from visemix.core.values.features import AudioFeatures
from visemix.plugins.rhythmic_head.hearing import RAW, Sound

RAW_ROWS = 5
"""Rows of raw sound that Φ's two convolutions need."""

NOISE_DB = (6, 9, 12, 15, 18, 21, 24, 27, 30)
"""Signal-to-noise ratios of the noise that is mixed into raw sound (C.2.1)."""


@attrs.frozen
class Listening:
    """Kinds and shape of the features that a part takes.

    Attributes:
        path: of the part in a recipe.
        kinds: accepted.
        rows: of a frame's window.
        width: numbers in each.
        middle: whether the middle row alone is heard (features, not raw sound); for networks that
            hear the neighbouring frames' anyway.
    """

    path: str
    kinds: tuple[str, ...]
    rows: int
    width: int
    middle: bool = False

    def sound(self, narrow: int, noise: float, deaf: float) -> Sound:
        """The same for a network.

        Raises:
            RecipeError: raw sound beside features, or in too small pieces.
        """
        raw = RAW in self.kinds
        if raw and len(self.kinds) > 1:
            what = f"{RAW} sound and {', '.join(self.kinds)} cannot go through the same layers"
            raise RecipeError(what, where=f"{self.path}.features", do="name one of them")
        if raw and (self.rows < RAW_ROWS or self.rows * self.width < 1000):
            what = f"{self.rows} rows of {self.width} samples are too few"
            do = "hear at least 5 rows and 1000 samples (published: 7 rows of 640)"
            raise RecipeError(what, where=f"{self.path}.rows", do=do)
        if raw and self.middle:
            do = f"set {self.path}.middle=false"
            raise RecipeError("raw sound has no middle row", where=f"{self.path}.middle", do=do)
        rows = 1 if self.middle else self.rows
        return Sound(rows, self.width, raw, narrow, noise, deaf)

    def values(self, features: AudioFeatures) -> Tensor:
        """[T, R, D] of them, as ``sound`` says.

        Raises:
            InvalidValue: they are of another kind or shape.
        """
        found = tuple(features.values.shape[1:])
        if features.kind not in self.kinds or found != (self.rows, self.width):
            wanted = f"{' or '.join(self.kinds)} features, {self.rows} rows of {self.width}"
            what = f"expected {wanted}, got {features.kind}, {found[0]} rows of {found[1]}"
            raise InvalidValue(what, where=self.path, do="use a fitting audio encoder")
        row = self.rows // 2
        return features.values[:, row : row + 1] if self.middle else features.values

    def unlearned(self, name: str) -> CheckpointError:
        """What to say when ``name`` is used before it has learned anything."""
        return unlearned(name, self.path, f"name a file with {self.path}.weights")


@attrs.frozen(eq=False)
class Heard:
    """One clip with what is to be learned from it.

    Attributes:
        example: the clip.
        values: [T, R, D] features.
        targets: [T, N] numbers.
    """

    example: Example
    values: Tensor
    targets: Tensor

    @property
    def found(self) -> Tensor:
        """[T] bool, frames in which the face was seen."""
        return self.example.subject.track.found[: len(self)]

    @property
    def cut(self) -> Tensor:
        """[T] bool, frames that start a new shot."""
        return self.example.subject.track.cut[: len(self)]

    def __len__(self) -> int:
        return len(self.targets)


def heard(examples: Sequence[Example], targets: Sequence[Tensor], takes: Listening) -> list[Heard]:
    """Clips with their targets, both as long as the shorter.

    Raises:
        InvalidValue: features of another kind or shape.
    """
    clips = []
    for example, numbers in zip(examples, targets, strict=True):
        values = takes.values(example.features)
        frames = min(len(numbers), len(values))
        clips.append(Heard(example, values[:frames], numbers[:frames]))
    return clips


def with_noise(sound: Tensor, dice: torch.Generator) -> Tensor:
    """Raw sound [..., R, D] with white noise, at one of ``NOISE_DB``."""
    ratio = NOISE_DB[int(torch.randint(len(NOISE_DB), (), generator=dice))]
    level = sound.square().mean().sqrt() * 10 ** (-ratio / 20)
    return sound + level * torch.randn(sound.shape, generator=dice)


def weights_file(setting: str) -> Path | None:
    """The file that a part's setting ``weights`` names."""
    return None if setting == "none" else Path(setting)
