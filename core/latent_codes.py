"""Latent codes: attributes that only the decoder of the same system understands."""

from torch import Tensor

from visemix.core.errors import InvalidValue
from visemix.core.values.attributes import FaceAttributes


def latent_codes(attributes: FaceAttributes, numbers: int, maker: str) -> Tensor:
    """[T, D] float32, the codes of ``attributes``.

    Args:
        attributes: what was said.
        numbers: D that the decoder takes.
        maker: the attribute model that makes such codes, for the message.

    Raises:
        InvalidValue: there is no latent code, or one of another size.
    """
    latent = attributes.latent
    if latent is None or latent.shape[1] != numbers:
        found = "none" if latent is None else f"{latent.shape[1]} numbers"
        what = f"expected latent codes of {numbers} numbers, got {found}"
        do = f"use the attribute model {maker}"
        raise InvalidValue(what, where="FaceAttributes.latent", do=do)
    return latent
