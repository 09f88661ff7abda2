"""What runs a user's network."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from visemix.core.errors import CheckpointError

Floats = NDArray[np.float32]


class Engine(ABC):
    """One network."""

    @abstractmethod
    def run(self, picture: Floats) -> Floats:
        """[D] what the network makes of one picture [1, 3, H, W].

        One at a time: many published networks are stored with a batch of one.

        Raises:
            CheckpointError: the network does not take such pictures.
        """


class OpenCv(Engine):
    """OpenCV's own, which is installed anyway.

    Args:
        path: an .onnx file.

    Raises:
        CheckpointError: OpenCV cannot read it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._network = cv2.dnn.readNetFromONNX(str(path))
        except cv2.error as error:
            do = "check the file, or run it with engine: onnxruntime"
            raise CheckpointError(
                f"OpenCV cannot read it ({_first(error)})", where=path, do=do
            ) from error

    def run(self, picture: Floats) -> Floats:
        """See Engine."""
        try:
            self._network.setInput(picture)
            made: Floats = np.asarray(self._network.forward(), np.float32)
        except cv2.error as error:
            raise _unsuited(self._path, picture, error) from error
        return made.reshape(-1)


class OnnxRuntime(Engine):
    """Microsoft's, for networks that OpenCV cannot read.

    Args:
        path: an .onnx file.

    Raises:
        CheckpointError: it is not installed, or cannot read the file.
    """

    def __init__(self, path: Path) -> None:
        try:
            import onnxruntime  # optional: an extra that few need
        except ImportError as error:
            do = "run \"pip install 'visemix[onnx]'\", or use engine: opencv"
            raise CheckpointError("onnxruntime is not installed", do=do) from error
        self._path = path
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its exceptions have no class of their own
            what = f"onnxruntime cannot read it ({_first(error)})"
            raise CheckpointError(what, where=path, do="check the file") from error

    def run(self, picture: Floats) -> Floats:
        """See Engine."""
        name = self._session.get_inputs()[0].name
        try:
            made: Floats = np.asarray(self._session.run(None, {name: picture})[0], np.float32)
        except Exception as error:  # as above
            raise _unsuited(self._path, picture, error) from error
        return made.reshape(-1)


ENGINES: Mapping[str, Callable[[Path], Engine]] = {"opencv": OpenCv, "onnxruntime": OnnxRuntime}


def _unsuited(path: Path, picture: Floats, error: Exception) -> CheckpointError:
    what = f"it does not take pictures {list(picture.shape)} ({_first(error)})"
    do = "set side to the size that it was trained with"
    return CheckpointError(what, where=path, do=do)


def _first(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[0].strip() if lines else type(error).__name__
