"""The expression basis: what a face can do beside turning, in 64 numbers.

Components 0 to 61 are principal components of frontalised landmark motion, in a metric that
counts lips four times; 62 and 63 move the irises right and up. Blinking is none of them: it has
its own two directions (right and left lid), to which all components are orthogonal.
"""

from functools import cache
from importlib import resources
from pathlib import Path

import attrs
import numpy as np
import torch
from torch import Tensor

from visemix.core.shapes import Value

BASIS = "landmark-mesh-64"
GAZE = (62, 63)
"""Components that move the irises to the right and up."""


@attrs.frozen(eq=False)
class ExpressionBasis(Value):
    """Directions in which the vertices move, model units.

    All components have the same length in the metric, that at which the first one has unit
    spread in the training clips; so a squared error of coefficients is a weighted squared error
    of vertices.

    Attributes:
        components: [E, 478, 3] displacement per unit coefficient.
        metric: [478, 3] weight of every coordinate.
        spread: [E] standard deviation of each coefficient in the training clips.
        lids: [2, 478, 3] displacement of the person's right and left lids from open to shut, for
            the canonical shape.
    """

    components: Tensor
    metric: Tensor
    spread: Tensor
    lids: Tensor

    def decode(self, coefficients: Tensor) -> Tensor:
        """Coefficients [T, E] to displacements [T, 478, 3]."""
        return torch.einsum("te,evc->tvc", coefficients, self.components)

    def encode(self, displacement: Tensor) -> Tensor:
        """Least-squares coefficients [T, E] of displacements [T, 478, 3], in the metric.

        Exact inverse of :meth:`decode` for displacements that the basis spans.
        """
        basis = (self.components * self.metric).flatten(1)
        wanted = (displacement * self.metric).flatten(1)
        coefficients: Tensor = torch.linalg.solve(basis @ basis.T, basis @ wanted.T).T
        return coefficients

    def save(self, path: Path, notice: str) -> None:
        """Write the basis as float16 with the licence notice of what it was learned from."""
        arrays = {
            "components": self.components.half().numpy(),
            "metric": self.metric.half().numpy(),
            "spread": self.spread.numpy(),
            "lids": self.lids.half().numpy(),
        }
        with path.open("wb") as file:
            np.savez_compressed(file, notice=np.array(notice), **arrays)  # type: ignore[arg-type]  # numpy types **kwds as bool


@cache
def expression_basis() -> ExpressionBasis:
    """The basis that ships with the package, read once."""
    path = resources.files("visemix.core.tracked_face") / "expression_basis.npz"
    with path.open("rb") as file:
        stored = np.load(file)
        arrays = {
            name: torch.from_numpy(stored[name]).float()
            for name in ("components", "metric", "spread", "lids")
        }
    return ExpressionBasis(**arrays)
