"""The parts of a talking-face system, in the order data flows through them.

Every part is built with keyword settings only (its manifest lists them). Windowed parts say how
much past and future they need; the runner (core/windows.py) slices, pads and joins, never the part.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

from torch import Tensor, nn

from visemix.core.judging.case import Case, Observation, mean_value
from visemix.core.smoothing import Smoothing
from visemix.core.values.attributes import FaceAttributes, Match
from visemix.core.values.audio import Audio
from visemix.core.values.features import AudioFeatures
from visemix.core.values.frames import Frames
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.judgement import Judgement as Judgement
from visemix.core.values.judgement import Sample as Sample
from visemix.core.values.rendering import Rendering, Shot
from visemix.core.values.subject import FaceFit, Picture, ReferenceFrames, Subject
from visemix.core.values.track import Track
from visemix.core.windows import Step, Window


class Part(ABC):  # noqa: B024 - the root of the tree; each kind adds its methods
    """Anything that a recipe can name."""


class FaceTracker(Part):
    """reference pictures -> Track."""

    @abstractmethod
    def track(self, pictures: Iterable[Picture], fps: float, face: int | None = None) -> Track:
        """Follow one face through ``pictures``, read once and in order.

        Args:
            pictures: full frames [H, W, 3] uint8.
            fps: their rate.
            face: which face when there are several, 0 for the leftmost in the first frame with
                faces; None for the largest.

        Raises:
            FaceError: no face in any picture, or fewer faces than ``face`` asks for.
        """


class IdentityEncoder(Part):
    """aligned face pictures -> unit vector.

    Attributes:
        key: names the network and its settings, to keep its vectors of a prepared clip beside it;
            empty if they are not to be kept.
    """

    key: str = ""

    @abstractmethod
    def embed(self, pictures: Sequence[Picture], track: Track) -> Tensor:
        """[N, D] float32, a unit vector of the person as each of ``pictures`` shows them.

        Args:
            pictures: N full frames [H, W, 3] uint8.
            track: the face in them, N frames.
        """


class AudioEncoder(Part):
    """Audio -> AudioFeatures.

    Attributes:
        rate: sample rate it wants, Hz.
        fps: frames per second it makes.
        window: frames per call, and how many frames of sound it needs before and after them.
    """

    rate: int
    fps: float
    window: Window

    @abstractmethod
    def encode(self, audio: Audio) -> AudioFeatures:
        """Features of every frame in ``audio``; frame k is at k / fps seconds from its start.

        The runner calls it with ``window`` frames of sound (silence outside the clip) and keeps
        the middle ones.

        Args:
            audio: at ``rate``; its length is a whole number of frames.
        """


class Speaking(Part):
    """AudioFeatures -> FaceAttributes, block by block.

    Attributes:
        window: what it looks at.
        smoothing: filter that the runner lays over what it says; None for none.
    """

    window: Window
    smoothing: Smoothing | None = None

    @abstractmethod
    def begin(self, subject: Subject, seed: int) -> object:
        """The state before the first frame, for this person."""

    @abstractmethod
    def predict(self, features: AudioFeatures, state: object) -> Step[FaceAttributes]:
        """Attributes of the block (``features`` also holds the window's past and future)."""


class AttributeModel(Speaking):
    """AudioFeatures -> FaceAttributes."""

    def personalise(self, subject: Subject, features: AudioFeatures) -> "AttributeModel":
        """A model adapted to this person; the general one stays as it is. Default: itself.

        Args:
            subject: has the attributes that were really seen.
            features: of the reference's own sound, one window per reference frame.
        """
        del subject, features
        return self


class HeadMotion(Speaking):
    """AudioFeatures -> FaceAttributes with a pose and nothing else, in place of another's pose."""

    def personalise(self, subject: Subject, features: AudioFeatures) -> "HeadMotion":
        """One adapted to this person, as ``AttributeModel.personalise``. Default: itself."""
        del subject, features
        return self


class FaceModel(Part):
    """FaceAttributes -> FaceGeometry, and Track -> FaceFit."""

    @abstractmethod
    def fit(
        self,
        track: Track,
        pictures: ReferenceFrames | None = None,
        renderer: "Renderer | None" = None,
    ) -> FaceFit:
        """Learn a person's shape, and the attributes of every tracked frame.

        Args:
            track: the face in every frame.
            pictures: the frames, for models that learn colour and light as well.
            renderer: draws for such models; its picture must have gradients
                (contract: ``rendering: {gradients: [...]}``).
        """

    @abstractmethod
    def geometry(self, attributes: FaceAttributes, subject: Subject) -> FaceGeometry:
        """The posed mesh of every frame, in the subject's crop."""


class ReferenceMatcher(Part):
    """FaceAttributes -> Match: which reference frames can show them."""

    window: Window

    @abstractmethod
    def begin(self, subject: Subject, face_model: FaceModel) -> object:
        """The state before the first frame, for this person."""

    @abstractmethod
    def match(self, attributes: FaceAttributes, state: object) -> Step[Match]:
        """Reference frames for the block."""


class Renderer(Part):
    """FaceGeometry -> Rendering."""

    @abstractmethod
    def render(self, geometry: FaceGeometry) -> Rendering:
        """Draw every frame; the size is that of ``geometry.camera``."""


class Refiner(Part):
    """Shot -> Frames of the full picture."""

    window: Window

    @abstractmethod
    def begin(self, subject: Subject) -> object:
        """The state before the first frame, for this person."""

    @abstractmethod
    def refine(self, shot: Shot, state: object) -> Step[Frames]:
        """Finished frames of the block."""


class Discriminator(Part):
    """Makes networks that tell real from made: Sample -> Judgement. Used in training only.

    Attributes:
        judges: "attributes", "frames", "sequence", "audio-video", or "action-units": it gives
            logits [B, 5] of AU10, AU14, AU20, AU25 and AU26 in frames, and learns from labels.
        rate: learning rate of its own; None for the stage's.
    """

    judges: str
    rate: float | None = None

    @abstractmethod
    def network(self, like: Sample) -> nn.Module:
        """A fresh network, called with a Sample, giving a Judgement (logits, larger for real).

        Args:
            like: a sample with the shapes that it will see; its batch and its length may change.

        Raises:
            InvalidValue: the sample lacks what it judges.
        """


class Metric(Part):
    """Case -> Observation; Observations -> number.

    Its unit, direction, source and version stand in the manifest (``measure:``), so that they
    can be read without loading it.

    Attributes:
        pooled: whether only a set of clips has a value (a Fréchet distance); else every clip has.
    """

    pooled: bool = False

    @abstractmethod
    def observe(self, case: Case) -> Observation:
        """What one video says; nothing of it depends on other videos.

        A figure that cannot be measured (no face, no sound) is NaN, with a note that says why.

        Raises:
            VisemixError: the metric itself cannot run: its weights or its program are missing.
        """

    def conclude(self, observations: Sequence[Observation]) -> float:
        """One number for these videos; NaN where there is none.

        Here: the mean of their "value", without those that could not be measured.
        """
        return mean_value(observations)
