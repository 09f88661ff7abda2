"""Memory layout and compilation of networks that are trained."""

from functools import cache

import torch
from torch import nn

from visemix.core.interfaces import Judgement, Sample


def fast(module: nn.Module, compiled: bool, channels_last: bool = True) -> nn.Module:
    """The same network, quicker: pictures in channels-last order, compiled if asked for.

    Convolutions of channels-last weights give channels-last pictures whatever comes in, so nothing
    else has to know of it. Compiling takes a minute at the start; it pays for long trainings on a
    GPU.

    Args:
        module: changed in place; its parameters stay the same objects.
        compiled: use torch.compile.
        channels_last: order of the pictures; on the CPU it gains nothing, and networks with
            instance norm lose a fifth of their speed there.
    """
    for part in module.modules() if channels_last else ():
        if isinstance(part, nn.Conv2d | nn.ConvTranspose2d):  # not the whole: there may be Conv3d
            part.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks it
    if compiled:
        values_stay_outside()
        module.compile()
    return module


@cache
def values_stay_outside() -> None:
    """What critics take and give is made outside of compiled code: torch cannot look into it."""
    for value in (Sample, Judgement):
        outside = torch.compiler.disable(value.__init__)  # type: ignore[no-untyped-call]  # torch's
        setattr(value, "__init__", outside)  # noqa: B010 - mypy forbids to assign methods
