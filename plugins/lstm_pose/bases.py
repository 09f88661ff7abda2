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
        held: those that sound does not move (the gaze); they keep the person's mean.
    """

    name: str
    size: int
    held: tuple[int, ...] = ()

    @property
    def moving(self) -> list[int]:
        """Those that speech moves."""
        return [place for place in range(self.size) if place not in self.held]

    @property
    def outputs(self) -> int:
        """Numbers that the compact network says: those, then the pose."""
        return self.size - len(self.held) + POSE


LANDMARK_MESH = Basis("landmark-mesh-64", 64, held=(62, 63))
"""The basis that the packaged weights were learned in."""

BFM = Basis("bfm-64", 64)

ICT = Basis("ict-57", 57, held=(0, 1, *range(14, 24)))
"""Held: pupils, what of the lids is no blink, looks to all sides."""

BASES: Mapping[str, Basis] = {basis.name: basis for basis in (LANDMARK_MESH, BFM, ICT)}


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
