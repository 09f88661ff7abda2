"""What a Mesh refuses."""

from typing import Any

import pytest
import torch

from visemix.core.drawing.mesh import LARGEST_PX, Mesh, check_attributes
from visemix.core.errors import InvalidValue

GOOD: dict[str, Any] = {
    "vertices": torch.zeros(1, 3, 3),
    "triangles": torch.tensor([[0, 1, 2]], dtype=torch.int32),
    "matrix": torch.eye(4),
    "height": 4,
    "width": 4,
}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("vertices", torch.zeros(3, 3)),
        ("vertices", torch.zeros(1, 3, 2)),
        ("vertices", torch.zeros(1, 3, 3, dtype=torch.int64)),
        ("triangles", torch.tensor([[0, 1, 2]])),
        ("triangles", torch.tensor([[0, 1]], dtype=torch.int32)),
        ("triangles", torch.tensor([[0, 1, 3]], dtype=torch.int32)),
        ("triangles", torch.tensor([[-1, 1, 2]], dtype=torch.int32)),
        ("matrix", torch.eye(3)),
        ("height", 0),
        ("width", LARGEST_PX + 1),
        ("near", 0.0),
        ("triangles", torch.empty(1, 3, dtype=torch.int32, device="meta")),
        ("matrix", torch.empty(4, 4, device="meta")),
    ],
)
def test_the_error_names_the_field(field: str, value: object) -> None:
    Mesh(**GOOD)
    with pytest.raises(InvalidValue, match=f"Mesh.{field}"):
        Mesh(**{**GOOD, field: value})


@pytest.mark.parametrize(
    "attributes",
    [
        torch.ones(3, 1),
        torch.ones(2, 3, 1),
        torch.ones(1, 4, 1),
        torch.ones(1, 3, 1, device="meta"),
    ],
)
def test_attributes_that_are_not_the_meshs_are_refused(attributes: torch.Tensor) -> None:
    check_attributes(Mesh(**GOOD), torch.ones(1, 3, 1))
    with pytest.raises(InvalidValue, match="attributes: expected"):
        check_attributes(Mesh(**GOOD), attributes)
