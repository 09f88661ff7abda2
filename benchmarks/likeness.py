"""Made pictures beside real ones: numbers, the person's identity, and sheets to look at."""

from collections.abc import Sequence
from pathlib import Path

import attrs
import cv2
import numpy as np
import torch
from torch import Tensor

from benchmarks.clips import MEDIA
from benchmarks.composite import Halves
from benchmarks.pictures import Nearness, face_mask, nearness
from visemix.core.timeline import cut
from visemix.core.values.rendering import Crop
from visemix.core.values.subject import Picture
from visemix.core.values.track import Track
from visemix.plugins.onnx_identity.encoder import OnnxIdentity
from visemix.plugins.picture_metrics.frechet import FrechetEfficientNet
from visemix.plugins.picture_metrics.moments import frechet_distance

RECOGNITION = MEDIA.parent / "models" / "mobilefacenet_128d.onnx"
SHOWN = 7
AT_ONCE = 32
HEAD = (
    f"{'':22}{'face PSNR':>10}{'SSIM':>7}{'crop PSNR':>10}{'SSIM':>7}{'identity':>10}{'Frechet':>9}"
)


@attrs.frozen
class Row:
    """One column of pictures compared with the real ones.

    Attributes:
        near: pixel by pixel.
        identity: mean cosine of a recognition network's vectors.
        frechet: distance of all pictures' EfficientNet features, which is no FID.
    """

    near: Nearness
    identity: float
    frechet: float

    def figures(self) -> dict[str, float]:
        """All of them by name."""
        return attrs.asdict(self.near) | {"identity": self.identity, "frechet": self.frechet}

    def line(self, name: str) -> str:
        near = self.near
        return (
            f"{name:22}{near.face_psnr:10.2f}{near.face_ssim:7.3f}"
            f"{near.psnr:10.2f}{near.ssim:7.3f}{self.identity:10.3f}{self.frechet:9.1f}"
        )


def vectors(pictures: Sequence[Picture], half: Halves) -> Tensor | None:
    """[T, D] unit vectors of crops; None without a recognition network."""
    if not RECOGNITION.is_file():
        return None
    encoder = OnnxIdentity(model=str(RECOGNITION), normalisation="imagenet")
    return encoder.embed(pictures, _in_crop(half.track))


def network_features(pictures: Sequence[Picture]) -> Tensor:
    """[T, 320] of EfficientNet-Lite0."""
    network = FrechetEfficientNet(every=1)
    stacks = [np.stack(pictures[k : k + AT_ONCE]) for k in range(0, len(pictures), AT_ONCE)]
    shown = [torch.from_numpy(stack).permute(0, 3, 1, 2).float() / 127.5 - 1 for stack in stacks]
    return torch.cat([network.features(batch) for batch in shown])


def _in_crop(track: Track) -> Track:
    matrix, crop = track.crop.matrix, track.crop
    marks = track.landmarks.clone()
    marks[..., :2] = marks[..., :2] @ matrix[:, :2].T + matrix[:, 2]
    return attrs.evolve(track, landmarks=marks, crop=Crop.full(crop.height, crop.width))


def rows(columns: dict[str, list[Picture]], half: Halves) -> dict[str, Row]:
    """Every column against the real one."""
    real = list(half.pictures)
    faces = [face_mask(landmarks, half.track.crop) for landmarks in half.track.landmarks]
    wanted, found = vectors(real, half), {}
    seen = network_features(real)
    for name, made in columns.items():
        who = vectors(made, half)
        cosine = float("nan")
        if wanted is not None and who is not None:
            cosine = float((wanted * who).sum(1).mean())
        far = frechet_distance(network_features(made), seen)
        found[name] = Row(nearness(made, real, faces), cosine, far)
    return found


def sheet(path: Path, columns: dict[str, list[Picture]], half: Halves) -> None:
    """Held-out frames, one row each, and below them eyes and mouths of the same, enlarged."""
    count = len(half.pictures)
    chosen = np.linspace(0, count - 1, SHOWN).round().astype(int)
    lines = []
    for k in chosen:
        pictures = [half.pictures[k], *(made[k] for made in columns.values())]
        larger = [_enlarged(picture, 2) for picture in pictures]
        close = [_eyes_and_mouth(picture, half, int(k), larger[0].shape[0]) for picture in pictures]
        lines += [np.concatenate(larger, 1), np.concatenate(close, 1)]
    cv2.imwrite(str(path), np.concatenate(lines)[..., ::-1])


def _eyes_and_mouth(picture: Picture, half: Halves, frame: int, side: int) -> Picture:
    """[side / 2, side, 3], the eyes on the left and the mouth on the right."""
    marks = _in_crop(cut(half.track, frame, frame + 1)).landmarks[0, :, :2]
    parts = []
    for points in ((33, 133, 362, 263), (61, 291, 13, 14)):
        x, y = marks[list(points)].mean(0).round().int().tolist()
        reach = round(len(picture) * 0.17)
        left, top = max(x - reach, 0), max(y - reach, 0)
        piece = picture[top : top + 2 * reach, left : left + 2 * reach]
        parts.append(cv2.resize(piece, (side // 2, side // 2), interpolation=cv2.INTER_CUBIC))
    return np.asarray(np.concatenate(parts, 1), np.uint8)


def _enlarged(picture: Picture, factor: int) -> Picture:
    return np.asarray(cv2.resize(picture, None, fx=factor, fy=factor), np.uint8)
