"""Two bases of expression, as they move the 68 landmarks of a head that looks straight ahead."""

from abc import ABC, abstractmethod

import attrs
import torch
from torch import Tensor

from visemix.core.fitting import landmark_pca as pca
from visemix.core.fitting.alignment import Alignment
from visemix.core.fitting.landmark_pca import LandmarkPca
from visemix.core.fitting.landmarks_68 import POINTS, landmarks_68
from visemix.core.tracked_face import expression as mesh_basis
from visemix.core.tracked_face.face import read_face
from visemix.core.tracked_face.lids import SHUT

BASES = (pca.BASIS, mesh_basis.BASIS)


@attrs.frozen(eq=False)
class Spoken:
    """What a clip's face does.

    Attributes:
        alignment: the head's motion.
        expression: [T, E].
        blink: [T] AU45, 0 to 5; None where the tracker's is to be taken.
        person: [I] what ``Expressions.landmarks`` has to know of the person.
    """

    alignment: Alignment
    expression: Tensor
    blink: Tensor | None
    person: Tensor


class Expressions(ABC):
    """A basis of expression.

    Attributes:
        basis: its name.
        size: E.
    """

    basis: str
    size: int

    @abstractmethod
    def read(self, points: Tensor, found: Tensor) -> Spoken:
        """What is seen.

        Args:
            points: [T, 478, 3] px around the crop's centre, y up.
            found: [T] bool, frames with a face; the others are not learned from.
        """

    @abstractmethod
    def landmarks(self, person: Tensor, expression: Tensor, blink: Tensor | None) -> Tensor:
        """The 68 landmarks before the head turns [T, 68, 3], model units.

        Args:
            person: [I], see ``Spoken``.
            expression: [T, E].
            blink: [T] AU45; None for open eyes.
        """


class PcaExpressions(Expressions):
    """The paper's: principal components of the frontalised landmarks, eyes among them.

    Args:
        components: the basis.
        personal: whether landmarks get back what the basis misses of the person.
    """

    basis = pca.BASIS

    def __init__(self, components: LandmarkPca, personal: bool) -> None:
        self._pca, self._personal = components, personal
        self.size = len(components.components)

    def read(self, points: Tensor, found: Tensor) -> Spoken:
        """See Expressions; a frame without a face is as the nearest one with a face."""
        frontal = pca.frontalise(landmarks_68(points[found]), self._pca.mean, self._pca.scale)
        rest = self._pca.beyond(frontal.shape) if self._personal else torch.zeros(POINTS, 3)
        frames = found.nonzero()[:, 0]
        nearest = (torch.arange(len(found))[:, None] - frames).abs().argmin(1)
        expression = self._pca.coefficients(frontal.shape - rest)[nearest]
        return Spoken(frontal.alignment.at(nearest), expression, None, rest.flatten())

    def landmarks(self, person: Tensor, expression: Tensor, blink: Tensor | None) -> Tensor:
        """See Expressions; the expression says how far the eyes are open."""
        del blink
        shape = self._pca.landmarks(expression) + person.reshape(POINTS, 3)
        return shape * self._pca.scale


class MeshExpressions(Expressions):
    """``landmark-mesh-64``: neutral face, 64 components and lids, for other systems' attributes."""

    basis = mesh_basis.BASIS
    size = 64

    def read(self, points: Tensor, found: Tensor) -> Spoken:
        """See Expressions."""
        face = read_face(points, found)
        neutral = landmarks_68(face.person.neutral)
        person = torch.cat((neutral.flatten(), face.person.lids))
        return Spoken(face.alignment, face.expression, face.blink, person)

    def landmarks(self, person: Tensor, expression: Tensor, blink: Tensor | None) -> Tensor:
        """See Expressions."""
        basis, points = mesh_basis.expression_basis(), 3 * POINTS
        moved = torch.einsum("te,elc->tlc", expression, landmarks_68(basis.components))
        shape = person[:points].reshape(POINTS, 3) + moved
        if blink is None:
            return shape
        amount = blink[:, None] / SHUT * person[points:]
        return shape + torch.einsum("ts,slc->tlc", amount, landmarks_68(basis.lids))


def expressions_in(basis: str, components: LandmarkPca, personal: bool) -> Expressions:
    """The basis of that name, one of ``BASES``."""
    if basis == mesh_basis.BASIS:
        return MeshExpressions()
    return PcaExpressions(components, personal)
