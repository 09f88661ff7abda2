"""How large the generator is, and which of its parts are switched on."""

import attrs

from visemix.core.errors import InvalidValue

WIDEST = 1024
"""Channels double from level to level up to this (released code)."""

NORMS = ("batch", "instance")

MEETING = 2
"""Level at which references are put together: after two halvings (released code)."""


@attrs.frozen
class Size:
    """Widths and depths; level 0 has the full size, every next one half of it.

    Attributes:
        width: channels of level 0.
        downs: halvings, so levels 0 to ``downs``; at least MEETING.
        adaptive: shallow levels whose weights are generated from the references.
        flow_downs: halvings of a flow network.
        flow_blocks: residual blocks of a flow network.
        norm: one of NORMS.

    Raises:
        InvalidValue: an unknown norm, or too few halvings.
    """

    width: int = 32
    downs: int = 5
    adaptive: int = 4
    flow_downs: int = 3
    flow_blocks: int = 6
    norm: str = "batch"

    def __attrs_post_init__(self) -> None:
        if self.norm not in NORMS:
            raise InvalidValue(f"expected {' or '.join(NORMS)}, got {self.norm!r}", where="norm")
        if self.downs < MEETING:
            what = f"expected at least {MEETING} halvings, got {self.downs}"
            raise InvalidValue(what, where="downs")

    def channels(self, level: int) -> int:
        """Of a level.

        >>> [Size().channels(level) for level in range(6)]
        [32, 64, 128, 256, 512, 1024]
        """
        return min(self.width << level, WIDEST)

    @property
    def generated(self) -> range:
        """Levels with generated weights."""
        return range(min(self.adaptive, self.downs + 1))

    @property
    def multiple(self) -> int:
        """Heights and widths inside the network are multiples of this."""
        return 1 << max(self.downs, self.flow_downs)


@attrs.frozen
class Switches:
    """What can be left out (SYSTEMS C.7), and in what the paper and its code differ.

    Attributes:
        projection: look at the render.
        attention: hybrid embedding; else the mean of the references' features.
        nonlinear: renders and matched references guide the decoder; else they are laid over its
            picture (matting).
        warp_projection: move the render to fit.
        warp_reference: move the matched reference to fit.
        concat: the guided features are stacked and convolved (released), else added (paper).
        layers: levels, from the finest on, in which they guide; 0 for all (paper), released 2.
        transposed: sizes double by transposed convolution (paper), else nearest (released).
    """

    projection: bool = True
    attention: bool = True
    nonlinear: bool = True
    warp_projection: bool = True
    warp_reference: bool = True
    concat: bool = False
    layers: int = 0
    transposed: bool = True

    def composes(self, level: int) -> bool:
        """Whether renders and references guide this level of the decoder."""
        return self.nonlinear and (not self.layers or level < self.layers)


@attrs.frozen
class Ways:
    """Names of ways to do something.

    Attributes:
        composition: "nonlinear" or "matting".
        combine: "sum" or "concat".
        upsampling: "transposed" or "nearest".

    Raises:
        InvalidValue: another name.
    """

    composition: str = "nonlinear"
    combine: str = "sum"
    upsampling: str = "transposed"

    def __attrs_post_init__(self) -> None:
        known = {
            "composition": ("nonlinear", "matting"),
            "combine": ("sum", "concat"),
            "upsampling": ("transposed", "nearest"),
        }
        for setting, names in known.items():
            name = getattr(self, setting)
            if name not in names:
                what = f"expected {' or '.join(names)}, got {name!r}"
                raise InvalidValue(what, where=setting)

    def of(self, on: Switches) -> Switches:
        """``on`` with what the names say."""
        return attrs.evolve(
            on,
            nonlinear=self.composition == "nonlinear",
            concat=self.combine == "concat",
            transposed=self.upsampling == "transposed",
        )
