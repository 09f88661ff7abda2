"""The landmark basis among Ψ's weights: what its numbers mean, kept beside them."""

from collections.abc import Mapping
from pathlib import Path

import attrs
from torch import Tensor

from visemix.core.errors import CheckpointError
from visemix.core.fitting.landmark_pca import BASIS, LandmarkPca, landmark_pca

PREFIX = "basis."


def kept_basis(basis: str, file: str) -> dict[str, Tensor]:
    """Tensors of the basis ``lmk-pca-20``; none for a basis that no file holds.

    Raises:
        CheckpointError: the file is no such basis.
    """
    if basis != BASIS:
        return {}
    pca = LandmarkPca.load(Path(file)) if file else landmark_pca()
    return {f"{PREFIX}{name}": value for name, value in attrs.asdict(pca, recurse=False).items()}


def taken_basis(
    weights: Mapping[str, Tensor], kept: Mapping[str, Tensor], where: object
) -> dict[str, Tensor]:
    """The basis that ``weights`` were learned in.

    Raises:
        CheckpointError: they do not say, or it has another size than that in use.
    """
    do = "use weights that rhythmic-expression learned in this basis"
    for name, value in kept.items():
        if name not in weights or weights[name].shape != value.shape:
            raise CheckpointError(f"its {name!r} is missing or of another size", where=where, do=do)
    return {name: weights[name].clone() for name in kept}
