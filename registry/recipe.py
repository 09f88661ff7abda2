"""What a recipe may say."""

from collections.abc import Mapping
from pathlib import Path

import attrs

from visemix.registry.ablation_entries import Ablations
from visemix.registry.setting_values import SettingValue

FORMAT = 1

PART_KEYS = (
    "tracker",
    "identity_encoder",
    "audio_encoder",
    "attribute_model",
    "head_motion",
    "matcher",
    "face_model",
    "renderer",
    "refiner",
)
"""Keys that name one part each, in the order of the flow."""

OPTIONAL_PARTS = ("identity_encoder", "head_motion")


Amount = int | Mapping[str, int] | None
"""One number for all stages of a training, or one for some by name."""


def whole_of(amount: Amount) -> int:
    """What is said of all stages; 0 where nothing is.

    >>> whole_of({"general": 600}), whole_of(None), whole_of(20)
    (0, 0, 20)
    """
    return amount if isinstance(amount, int) else 0


def stages_of(amount: Amount) -> Mapping[str, int]:
    """What is said of single stages.

    >>> stages_of({"general": 600}), stages_of(20)
    ({'general': 600}, {})
    """
    return amount if isinstance(amount, Mapping) else {}


@attrs.frozen
class Video:
    """The made video as a whole.

    Attributes:
        fps: frames per second.
        size: edge of the square crop of the head that the parts work in, pixels.
    """

    fps: float = 25.0
    size: int = 256


@attrs.frozen
class PartUse:
    """One part as a recipe names it.

    Attributes:
        part: its name, or "plugin/name".
        otherwise: the part to take where the first cannot be used.
        settings: what the recipe says of its settings, not yet checked against its manifest.
    """

    part: str
    otherwise: str | None = None
    settings: Mapping[str, SettingValue] = attrs.field(factory=dict)


@attrs.frozen
class DiscriminatorUse:
    """One discriminator of the training.

    Attributes:
        use: which part.
        judges: "attributes", "frames", "sequence", "audio-video" or "action-units".
        weight: of its loss; 0 leaves it out.
    """

    use: PartUse
    judges: str
    weight: float = 1.0


@attrs.frozen
class Training:
    """How the parts are trained.

    Attributes:
        preset: set of loss weights and schedules, by name ("paper", "released").
        stages: which stages, in order; empty for all that the parts have.
        seed: of everything random.
        batch: examples per step, None for the preset's; or stage -> that.
        steps: cap on the steps of each stage, None for the preset's; or stage -> that.
        weights: loss -> weight, in place of the preset's.
    """

    preset: str = "paper"
    stages: tuple[str, ...] = ()
    seed: int = 0
    batch: Amount = None
    steps: Amount = None
    weights: Mapping[str, float] = attrs.field(factory=dict)


@attrs.frozen
class Recipe:
    """A talking-face system, as a file describes it.

    Attributes:
        name: for people.
        requires: "visemix" or a plugin's name -> version range.
        video: the made video.
        parts: key of PART_KEYS -> part.
        discriminators: used in training.
        training: how to train.
        ablations: switches that ``visemix compare --ablate`` turns.
        folder: what paths in it are relative to.
        places: "refiner.window" -> "file:line:column", for messages.
    """

    name: str
    parts: Mapping[str, PartUse]
    requires: Mapping[str, str] = attrs.field(factory=dict)
    video: Video = Video()
    discriminators: tuple[DiscriminatorUse, ...] = ()
    training: Training = Training()
    ablations: Ablations = attrs.field(factory=Ablations)
    folder: Path = attrs.field(default=Path(), eq=False)
    places: Mapping[str, str] = attrs.field(factory=dict, eq=False, repr=False)

    def place(self, path: str) -> str:
        """Where the recipe says ``path``, or what is around it.

        >>> Recipe("x", {}, places={"": "x.yaml:1:1"}).place("refiner.window")
        'x.yaml:1:1'
        """
        while path and path not in self.places:
            path = path.rpartition(".")[0]
        return self.places.get(path, self.name)

    def key_place(self, path: str) -> str:
        """Where the key of ``path`` stands."""
        return self.places.get(f"{path}:key", self.place(path))

    def uses(self) -> list[tuple[str, str, PartUse]]:
        """(kind, path in the recipe, part) of everything it names, in the order of the flow."""
        parts = [(key, key, self.parts[key]) for key in PART_KEYS if key in self.parts]
        critics = [
            ("discriminator", f"discriminators.{i}", d.use)
            for i, d in enumerate(self.discriminators)
        ]
        return parts + critics
