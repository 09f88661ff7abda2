"""Expression bases that the networks can speak in."""

from collections.abc import Mapping

import attrs

from visemix.core.errors import InvalidValue

POSE = 6
"""Numbers of a head pose."""


@attrs.frozen
class Basis:
    """An expression basis.

    Attributes:
        name: as in FaceAttributes.basis.
        size: numbers of an expression.
        held: how many of them, the last ones, sound does not move (the gaze); they keep the
            person's mean.
    """

    name: str
    size: int
    held: int = 0

    @property
    def moved(self) -> int:
        """Numbers that speech moves."""
        return self.size - self.held

    @property
    def outputs(self) -> int:
        """Numbers that the compact network says: those, then the pose."""
        return self.moved + POSE


LANDMARK_MESH = Basis("landmark-mesh-64", 64, held=2)
"""The basis that the packaged weights were learned in."""

BASES: Mapping[str, Basis] = {
    basis.name: basis for basis in (LANDMARK_MESH, Basis("bfm-64", 64), Basis("ict-57", 57))
}


def basis_named(name: str) -> Basis:
    """One of BASES.

    Raises:
        InvalidValue: there is none of that name.

    >>> basis_named("landmark-mesh-64").outputs
    68
    """
    if name not in BASES:
        raise InvalidValue(f"expected {' or '.join(BASES)}, got {name!r}", where="basis")
    return BASES[name]
