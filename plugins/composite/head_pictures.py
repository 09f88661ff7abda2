"""Cut-outs of the reference around the face, kept compressed."""

import threading
from collections import OrderedDict

import attrs
import cv2
import numpy as np

from visemix.core.values.subject import ReferenceFrames
from visemix.plugins.composite.compiled import Bytes, Floats
from visemix.plugins.composite.regions import VERTICES

QUALITY = 97
DECODED_BYTES = 64 << 20
"""Decoded cut-outs that are kept: 200 of a face 330 px high."""

ENCODED_BYTES = 160 << 20
"""Compressed cut-outs that are kept: more than a minute of such faces."""

MARGIN = 0.04
"""Room around the mesh, relative to its size."""


Store = OrderedDict[int, Bytes]


@attrs.frozen(eq=False)
class Cutout:
    """A piece of a reference frame.

    Attributes:
        picture: [h, w, 3] uint8 sRGB.
        left, top: its corner in the frame, px.
    """

    picture: Bytes
    left: int
    top: int


class HeadPictures:
    """Face cut-outs of a reference, read when they are asked for; threads may share it.

    Args:
        frames: the reference.
        landmarks: [N, 478, 3] px.
    """

    def __init__(self, frames: ReferenceFrames, landmarks: Floats) -> None:
        self._frames = frames
        self._boxes = _boxes(landmarks, frames.height, frames.width)
        self._stores: tuple[Store, Store] = (OrderedDict(), OrderedDict())  # decoded, encoded
        self._sizes = [0, 0]
        self._lock = threading.Lock()

    def __getitem__(self, index: int) -> Cutout:
        """The cut-out of frame ``index``."""
        left, top, _, _ = self._boxes[index]
        with self._lock:
            decoded, encoded = self._stores
            if index in decoded:
                decoded.move_to_end(index)
                return Cutout(decoded[index], left, top)
            data = encoded.get(index)
        if data is None:
            return self.add(index, self._frames[index])
        picture = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
        self._keep(index, picture, data)
        return Cutout(picture, left, top)

    def add(self, index: int, frame: Bytes) -> Cutout:
        """Keep the cut-out of a frame that is at hand."""
        left, top, right, bottom = self._boxes[index]
        piece = np.ascontiguousarray(frame[top:bottom, left:right])
        # Channels are never swapped on the way in or out: only JPEG's colour weights differ.
        how = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
        how += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
        _, data = cv2.imencode(".jpg", piece, how)
        # What comes later from the bytes must be what is given now.
        picture = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
        self._keep(index, picture, np.asarray(data, np.uint8))
        return Cutout(picture, left, top)

    def _keep(self, index: int, picture: Bytes, data: Bytes) -> None:
        with self._lock:
            self._put(0, index, picture)
            self._put(1, index, data)

    def _put(self, which: int, index: int, item: Bytes) -> None:
        store = self._stores[which]
        if index in store:
            return
        store[index] = item
        self._sizes[which] += item.nbytes
        limit = (DECODED_BYTES, ENCODED_BYTES)[which]
        while self._sizes[which] > limit and len(store) > 1:
            _, oldest = store.popitem(last=False)
            self._sizes[which] -= oldest.nbytes


def _boxes(landmarks: Floats, height: int, width: int) -> list[tuple[int, int, int, int]]:
    """Left, top, right, bottom around the mesh of every frame, at least 4 px each way."""
    points = landmarks[:, :VERTICES, :2]
    low, high = points.min(1), points.max(1)
    margin = 3 + MARGIN * (high - low)
    low, high = np.floor(low - margin).astype(int), np.ceil(high + margin).astype(int)
    limit = np.array([width, height])
    low = np.clip(low, 0, np.maximum(limit - 4, 0))
    high = np.clip(high, np.minimum(low + 4, limit), limit)
    return [(int(a), int(b), int(c), int(d)) for (a, b), (c, d) in zip(low, high, strict=True)]
