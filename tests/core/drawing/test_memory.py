"""Running out of memory is explained; other errors are left alone."""

import pytest
import torch

from visemix.core.drawing.memory import explains_memory
from visemix.core.errors import VisemixError


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 3 TiB. More."),
        MemoryError("Unable to allocate 3. TiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: 3 TB. More."),
    ],
)
def test_too_little_memory_is_explained(error: Exception) -> None:
    with pytest.raises(VisemixError, match="not enough memory") as told, explains_memory("me"):
        raise error
    assert str(told.value).startswith("me: ")
    assert "fewer frames" in str(told.value)


def test_other_errors_are_left_alone() -> None:
    with pytest.raises(RuntimeError, match="shapes differ"), explains_memory("me"):
        raise RuntimeError("shapes differ")
