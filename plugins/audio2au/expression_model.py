"""Audio2AuExpression: the action units of speech move a mesh, through a linear map."""

import copy
from collections.abc import Mapping

import attrs
import torch
from torch import Tensor

from visemix.core.errors import CheckpointError, DatasetError, InvalidValue
from visemix.core.interfaces import AttributeModel
from visemix.core.shapes import Value
from visemix.core.timeline import length
from visemix.core.training.learned import Learned, unlearned
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan, Stage, Trainable
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.features import AudioFeatures
from visemix.core.values.subject import FaceFit, Subject
from visemix.core.windows import Step, Window
from visemix.plugins.audio2au.expression_map import ExpressionMap, Seen, around, learn, padded
from visemix.plugins.audio2au.labels import TOP, UNITS, intensities
from visemix.plugins.audio2au.own_motion import OwnMotion
from visemix.plugins.audio2au.pre_training import School, audio2au_stage
from visemix.plugins.audio2au.speech import ActionUnits, SpeechSize, windows_of
from visemix.plugins.audio2au.variety import Variety

SIZES = {"landmark-mesh-64": 64, "bfm-64": 64, "ict-57": 57}
"""Numbers of the expression bases."""

LEAST_S = 4.0
"""Shorter references teach less than the general map knows."""

SILENCE = 1e-3


@attrs.frozen(eq=False)
class Speaking(Value):
    """State between blocks.

    Attributes:
        held: [E] the person's mean expression.
        motion: of head and lids.
        frame: the next one.
    """

    held: Tensor
    motion: OwnMotion
    frame: int = 0


class Audio2AuExpression(AttributeModel, Trainable):
    """Audio2AU's five modules and a ridge regression from their answers to an expression.

    Head and lids are those of the reference, forwards and backwards: the modules say nothing of
    them. The stage ``pre-train`` teaches the modules and, at its end, a general map; a person's
    own map is learned from the reference's sound, starting from that.

    Args:
        fps: frames per second.
        basis: of the expression, one of SIZES.
        unit: numbers before the last layer of a module.
        reach: frames before and after a frame whose action units count too.
        penalty: of the regression, in frames.
        liveliness: how much of the spread that predictions lack is given back, 0 to 1.
        dropout, noise, tilt: in training, as in ``audio2au-speech``.
        sequence: frames of an excerpt in training.
        epochs: of the training.
        rate: learning rate.
        block: frames made at once.

    Raises:
        InvalidValue: an unknown basis.
    """

    def __init__(  # noqa: PLR0913 - one argument per setting of the manifest
        self,
        *,
        fps: float = 25.0,
        basis: str = "landmark-mesh-64",
        unit: int = 64,
        reach: int = 5,
        penalty: float = 30.0,
        liveliness: float = 0.5,
        dropout: float = 0.3,
        noise: float = 0.5,
        tilt: float = 0.5,
        sequence: int = 16,
        epochs: int = 15,
        rate: float = 1e-3,
        block: int = 25,
    ) -> None:
        del fps
        if basis not in SIZES:
            what = f"expected {' or '.join(SIZES)}, got {basis!r}"
            raise InvalidValue(what, where="attribute_model.basis")
        self._basis, self._reach = basis, reach
        self._penalty, self._liveliness = penalty, liveliness
        self._school = School(sequence, epochs, rate, Variety(noise, tilt))
        self.window = Window(block, past=reach, future=reach)
        size = SpeechSize(unit=unit, dropout=dropout)
        self._learned = Learned(lambda: ActionUnits(size))
        inputs = len(UNITS) * (2 * reach + 1)
        self._map = ExpressionMap.nothing(inputs, SIZES[basis])

    @property
    def map(self) -> ExpressionMap:
        """From action units to the expression."""
        return self._map

    def begin(self, subject: Subject, seed: int) -> Speaking:
        """The mean expression, and the reference's first head pose.

        Raises:
            CheckpointError: it has not learned anything.
            InvalidValue: the subject has another expression basis, or no head pose.
        """
        del seed
        if not self._learned.done:
            raise unlearned("audio2au-expression", "attribute_model")
        self._learned.own.eval()
        mean, found = subject.statistics.expression_mean, subject.fit.attributes.basis
        if found != self._basis or len(mean) != SIZES[self._basis]:
            what = f"the subject has the expression basis {found!r}, not {self._basis!r}"
            do = "prepare it with this recipe, or set attribute_model.basis"
            raise InvalidValue(what, where="attribute_model", do=do)
        return Speaking(mean, OwnMotion.of(subject))

    @torch.no_grad()
    def predict(self, features: AudioFeatures, state: object) -> Step[FaceAttributes]:
        """See AttributeModel.

        Raises:
            InvalidValue: windows of another shape.
        """
        assert isinstance(state, Speaking)
        units = self._units(features)
        frames = len(units) - 2 * self._reach
        moved = self._map(around(units, self._reach) / TOP, self._liveliness)
        moving = state.motion.at(state.frame, frames)
        made = attrs.evolve(
            moving,
            fps=features.fps,
            expression=state.held + moved,
            basis=self._basis,
            action_units=units[self._reach : self._reach + frames],
        )
        return Step(made, attrs.evolve(state, frame=state.frame + frames))

    def personalise(self, subject: Subject, features: AudioFeatures) -> AttributeModel:
        """Learns how this person's face goes with the action units; takes no time.

        Raises:
            DatasetError: the subject has another expression basis.
        """
        if length(features) < LEAST_S * features.fps or _silent(subject):
            return self
        personal = copy.copy(self)
        seen = self._seen(subject.fit, features)
        personal._map = learn([seen], self._penalty, self._map)
        return personal

    def stage(self, name: str, material: Material, plan: Plan) -> Stage:
        """See Trainable.

        Raises:
            TrainingError: no clip is long enough.
            DatasetError: a table of OpenFace cannot be used, or a clip has another basis.
        """
        for example in material.examples:
            self._expression(example.subject.fit)
        network = self._learned.renew(plan.seed)

        def done() -> None:
            self._learned.finish()
            clips = [self._seen(e.subject.fit, e.features) for e in material.examples]
            nothing = ExpressionMap.nothing(*self._map.weight.shape)
            self._map = learn(clips, self._penalty, nothing)

        return audio2au_stage(name, network, material, plan, self._school, done)

    def weights(self) -> dict[str, Tensor]:
        """See Trainable."""
        own = {f"units.{name}": value for name, value in self._learned.own.state_dict().items()}
        return own | {f"map.{name}": value for name, value in attrs.asdict(self._map).items()}

    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        """See Trainable."""
        own = attrs.asdict(self._map)
        given = {name: weights.get(f"map.{name}") for name in own}
        for name, value in given.items():
            if value is None or value.shape != own[name].shape:
                what = f"its map.{name} is missing or of other settings"
                raise CheckpointError(what, where="attribute_model", do="use the run's settings")
        units = {k.removeprefix("units."): v for k, v in weights.items() if k[:4] != "map."}
        self._learned.load(units, "attribute_model")
        self._map = ExpressionMap(**{k: v.float() for k, v in given.items() if v is not None})

    @torch.no_grad()
    def _units(self, features: AudioFeatures) -> Tensor:
        """[T, 5], 0 to 5."""
        network = self._learned.own
        windows = windows_of(features).to(next(network.parameters()).device)
        return intensities(network(windows[None]).logits[0]).cpu()

    def _seen(self, fit: FaceFit, features: AudioFeatures) -> Seen:
        expression = self._expression(fit)
        self._learned.own.eval()
        units = padded(self._units(features), self._reach)
        rows = around(units, self._reach) / TOP
        frames = min(len(rows), len(expression))
        moved = expression[:frames] - expression[:frames].mean(0)
        return Seen(rows[:frames], moved)

    def _expression(self, fit: FaceFit) -> Tensor:
        """[T, E].

        Raises:
            DatasetError: another basis.
        """
        seen = fit.attributes
        if seen.expression is None or seen.basis != self._basis:
            what = f"expressions in the basis {self._basis!r} are wanted, not {seen.basis!r}"
            do = "prepare it again with another face model, or set attribute_model.basis"
            raise DatasetError(what, where=fit.model, do=do)
        return seen.expression


def _silent(subject: Subject) -> bool:
    """Whether the reference has no sound to learn from."""
    return subject.audio is None or float(subject.audio.samples.abs().amax()) < SILENCE
