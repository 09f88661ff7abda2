from pathlib import Path

import pytest

from visemix.core.testing.onnx_file import write_pooling_onnx


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Mean colours of sixteen squares of the aligned face."""
    return write_pooling_onnx(tmp_path_factory.mktemp("network") / "pooling.onnx")
