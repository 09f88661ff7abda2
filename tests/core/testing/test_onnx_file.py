from pathlib import Path

import cv2
import numpy as np

from visemix.core.testing.onnx_file import write_pooling_onnx


def test_the_network_averages_squares(tmp_path: Path) -> None:
    path = write_pooling_onnx(tmp_path / "pooling.onnx", side=8, pool=4)
    picture = np.random.default_rng(1).random((1, 3, 8, 8), np.float32)
    network = cv2.dnn.readNetFromONNX(str(path))
    network.setInput(picture)
    wanted = picture.reshape(3, 2, 4, 2, 4).mean((2, 4)).reshape(1, 12)
    assert np.allclose(network.forward(), wanted, atol=1e-6)
