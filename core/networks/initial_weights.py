"""The initial weights of pix2pix and its descendants."""

from torch import nn

SPREAD = 0.02
"""Standard deviation of initial weights (Isola et al., 2017, section 6.2; FACIAL; Yi et al.)."""


def initialise(module: nn.Module) -> None:
    """Draw the weights of every layer below ``module`` from torch's random numbers.

    Convolutions and linear layers: N(0, 0.02); the scale of a normalisation: N(1, 0.02); biases: 0.
    """
    for layer in module.modules():
        weight = getattr(layer, "weight", None)
        if not isinstance(weight, nn.Parameter):
            continue
        normalises = weight.ndim == 1
        nn.init.normal_(weight, 1.0 if normalises else 0.0, SPREAD)
        bias = getattr(layer, "bias", None)
        if isinstance(bias, nn.Parameter):
            nn.init.zeros_(bias)
