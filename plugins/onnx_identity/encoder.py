"""OnnxIdentity: unit vectors of a person from a recognition network that the user has."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import attrs
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from visemix.core.errors import CheckpointError, FaceError
from visemix.core.interfaces import IdentityEncoder
from visemix.core.values.subject import Picture
from visemix.core.values.track import Track
from visemix.plugins.onnx_identity.alignment import aligned
from visemix.plugins.onnx_identity.engines import ENGINES, Floats

LAYOUT = "mediapipe-478"


@attrs.frozen
class Scale:
    """How levels 0 to 255 become what a network sees, per channel in rgb.

    Attributes:
        mean: is taken off.
        spread: the rest is divided by.
    """

    mean: tuple[float, float, float]
    spread: tuple[float, float, float]


SCALES = {
    "arcface": Scale((127.5, 127.5, 127.5), (127.5, 127.5, 127.5)),
    "imagenet": Scale((123.675, 116.28, 103.53), (58.395, 57.12, 57.375)),
}


class OnnxIdentity(IdentityEncoder):
    """A network from aligned faces to vectors, such as ArcFace's.

    Args:
        model: an .onnx file with one input [1, 3, side, side] and one output [1, D].
        normalisation: "arcface" or "imagenet".
        channels: "rgb" or "bgr".
        side: of the aligned picture, px.
        engine: "opencv" or "onnxruntime".

    Raises:
        CheckpointError: no model is named, or it cannot be read.
    """

    def __init__(
        self,
        *,
        model: str = "",
        normalisation: str = "arcface",
        channels: str = "rgb",
        side: int = 112,
        engine: str = "opencv",
    ) -> None:
        path = Path(model)
        if not model or not path.is_file():
            what = "it needs a face-recognition network" if not model else "there is no such file"
            do = "name an .onnx file with identity_encoder.model"
            raise CheckpointError(what, where=model or "onnx-identity", do=do)
        self._path, self._scale, self._side = path, SCALES[normalisation], side
        self._bgr = channels == "bgr"
        self._engine = ENGINES[engine](path)
        content = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        self.key = f"onnx-identity-{content}-{normalisation}-{channels}-{side}"

    def embed(self, pictures: Sequence[Picture], track: Track) -> Tensor:
        """See IdentityEncoder.

        Raises:
            FaceError: the track has other landmarks than MediaPipe's.
            CheckpointError: the network does not take the pictures, or makes no vectors.
        """
        if track.layout != LAYOUT:
            what = f"faces are aligned by {LAYOUT} landmarks, these are {track.layout}"
            raise FaceError(what, where="onnx-identity", do="use the tracker mediapipe")
        vectors = [
            self._vector(picture, marks)
            for picture, marks in zip(pictures, track.landmarks, strict=True)
        ]
        return functional.normalize(torch.stack(vectors))

    def _vector(self, picture: Picture, landmarks: Tensor) -> Tensor:
        made = torch.from_numpy(self._engine.run(self._input(picture, landmarks)))
        if not bool(made.isfinite().all()) or not bool(made.any()):
            raise CheckpointError("it makes no vector of a picture", where=self._path)
        return made

    def _input(self, picture: Picture, landmarks: Tensor) -> Floats:
        """[1, 3, side, side]."""
        face = aligned(picture, landmarks, self._side).astype(np.float32)
        mean, spread = (np.array(v, np.float32) for v in (self._scale.mean, self._scale.spread))
        scaled = (face - mean) / spread
        ordered = scaled[..., ::-1] if self._bgr else scaled
        made: Floats = np.ascontiguousarray(ordered.transpose(2, 0, 1)[None], np.float32)
        return made
