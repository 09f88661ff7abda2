"""How near the composite comes to real frames when it is told what the face really did.

    python -m benchmarks.composite [CLIP ...]

Each clip is tracked and fitted as a whole; the subject is its first part, and the attributes seen
in the rest drive the matcher, with the pose of the attributes ("attributes") and with that of the
reference ("base"). Face and whole: mean PSNR over every third frame of a fixed crop of 256², whose
side is 1.25 times the face's box in the first frame; the face is the hull of the tracked mesh.
Nearest: the same for the reference frame nearest by landmarks. Sharpness: variance of
the Laplacian inside the face, relative to the real frames. Times: matcher to finished frames in
memory, with the reference's JPEGs decoded and without writing a video; wall clock.
"""

import platform
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence

import attrs
import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

import visemix
from benchmarks.clips import CLIPS, Clip
from visemix.core import measures
from visemix.core.media.video_in import VideoReader
from visemix.core.pipeline import Parts, frames_of_attributes
from visemix.core.statistics import attribute_statistics
from visemix.core.subjects.frame_pack import FramePack
from visemix.core.subjects.pack_writer import PackWriter
from visemix.core.timeline import cut, length
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.frames import Frames
from visemix.core.values.subject import Picture, Subject
from visemix.core.values.track import Track
from visemix.plugins.composite.matcher import MotionMatcher

FPS = 25.0
SIZE = 256
ROOM = 1.25
HEAD = f"{'clip':9}{'follow':12}{'face':>7}{'whole':>7}{'nearest':>9}{'sharp':>7}{'lips r':>8}"


@attrs.frozen(eq=False)
class Halves:
    """One clip: a subject of its first part, and what was really seen in the rest."""

    subject: Subject
    attributes: FaceAttributes
    track: Track
    pictures: Sequence[Picture]


def halves(clip: Clip, parts: Parts) -> Halves:
    """Track and fit the whole clip, then cut it in two."""
    split = round(clip.split_s * FPS)
    rest: list[Picture] = []
    with tempfile.TemporaryFile() as file:
        with PackWriter(file) as pack, VideoReader(clip.path, FPS) as video:
            track = parts.tracker.track(_sorted_out(video, split, pack, rest), FPS)
        fit = parts.face_model.fit(track)
        seen = cut(track, 0, split)
        own = attrs.evolve(fit, attributes=cut(fit.attributes, 0, split))
        frames = FramePack(file, clip.name)
    subject = Subject(clip.name, frames, seen, own, attribute_statistics(own, seen))
    count = len(track.found)
    return Halves(subject, cut(fit.attributes, split, count), cut(track, split, count), rest)


def _sorted_out(
    video: VideoReader, split: int, pack: PackWriter, rest: list[Picture]
) -> Iterator[Picture]:
    for index, (_, picture) in enumerate(video):
        if index < split:
            pack.add(picture)
        else:
            rest.append(picture)
        yield picture


@attrs.frozen(eq=False)
class Lens:
    """The fixed crop of the head that pictures are compared in."""

    matrix: NDArray[np.float64]

    @staticmethod
    def on(landmarks: NDArray[np.float32]) -> "Lens":
        low, high = landmarks[:468, :2].min(0), landmarks[:468, :2].max(0)
        scale = SIZE / (ROOM * float((high - low).max()))
        shift = SIZE / 2 - scale * (low + high) / 2
        return Lens(np.array([[scale, 0, shift[0]], [0, scale, shift[1]]], np.float64))

    def look(self, picture: Picture) -> NDArray[np.float64]:
        scale = float(self.matrix[0, 0])
        if scale < 0.8:
            picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.45 / scale), np.uint8)
        seen = cv2.warpAffine(picture, self.matrix, (SIZE, SIZE), borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(seen, np.float64)

    def face(self, landmarks: NDArray[np.float32]) -> NDArray[np.bool_]:
        points = landmarks[:468, :2] @ self.matrix[:, :2].T + self.matrix[:, 2]
        mask = np.zeros((SIZE, SIZE), np.uint8)
        cv2.fillConvexPoly(mask, cv2.convexHull(points.astype(np.int32)), 1)
        return mask > 0


def compare(made: Sequence[Picture], half: Halves) -> tuple[float, float, float]:
    """Face PSNR, whole PSNR, sharpness."""
    marks = half.track.landmarks.numpy()
    lens, rows = Lens.on(half.subject.track.landmarks[0].numpy()), []
    for t in range(0, len(made), 3):
        real, new = lens.look(half.pictures[t]), lens.look(made[t])
        error, face = ((real - new) ** 2).mean(-1), lens.face(marks[t])
        sharp = [_sharpness(picture, marks[t]) for picture in (made[t], half.pictures[t])]
        rows.append((_psnr(error[face]), _psnr(error), sharp[0] / sharp[1]))
    face, whole, sharp = np.mean(rows, 0)
    return float(face), float(whole), float(sharp)


def _psnr(error: NDArray[np.float64]) -> float:
    return float(10 * np.log10(255**2 / max(float(error.mean()), 1e-9)))


def _sharpness(picture: Picture, landmarks: NDArray[np.float32]) -> float:
    mask = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(landmarks[:468, :2].astype(np.int32)), 1)
    inside = cv2.erode(mask, np.ones((9, 9), np.uint8)) > 0
    edges = cv2.Laplacian(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.CV_32F)
    return float(np.asarray(edges)[inside].var())


def nearest(half: Halves) -> list[Picture]:
    """For every frame the reference frame nearest by landmarks, as it is.

    Mean distance of all landmarks, 1.5 times that of the lips and once that of the eyes, each
    relative to its own centre.
    """
    own, wanted = (t.landmarks[..., :468, :2] for t in (half.subject.track, half.track))
    lips, eyes = list(measures.LIPS), [i for eye in measures.EYES for i in eye]
    parts = [(own, wanted, 1.0)]
    for points, weight in ((lips, 1.5), (eyes, 1.0)):
        a, b = own[:, points], wanted[:, points]
        parts.append((a - a.mean(1, keepdim=True), b - b.mean(1, keepdim=True), weight))
    chosen = []
    for t in range(len(wanted)):
        apart = sum(w * (a - b[t]).norm(dim=-1).mean(1) for a, b, w in parts)
        chosen.append(int(torch.as_tensor(apart).argmin()))
    return [half.subject.frames[i] for i in chosen]


def run(half: Halves, parts: Parts, follow: str) -> str:
    """One row of the table."""
    matcher = MotionMatcher(follow)
    parts = attrs.evolve(parts, matcher=matcher)
    started = time.perf_counter()
    matcher.begin(half.subject, parts.face_model)
    begun = time.perf_counter() - started
    for _ in frames_of_attributes(parts, [cut(half.attributes, 0, 12)], half.subject):
        pass  # compiles
    started = time.perf_counter()
    made = _all(frames_of_attributes(parts, [half.attributes], half.subject))
    per_frame = (time.perf_counter() - started) / len(made) * 1000
    tracked = parts.tracker.track(iter(made), FPS).landmarks
    real = half.track.landmarks
    lips = measures.lip_gap_correlation(tracked, real, half.subject.track.landmarks[0])
    jitter = measures.jitter(tracked) / measures.jitter(real)
    pictures = f"{'-':>7}{'-':>7}{'-':>9}{'-':>7}"  # the reference's pose is not the real one
    if follow == "attributes":
        face, whole, sharp = compare(made, half)
        near = compare(nearest(half), half)[0]
        pictures = f"{face:7.2f}{whole:7.2f}{near:9.2f}{sharp:7.2f}"
    motion = f"{lips:8.3f}{jitter:8.2f}"
    return f"{half.subject.name:9}{follow:12}{pictures}{motion}{begun:8.2f}{per_frame:9.1f}"


def _all(blocks: Iterator[Frames]) -> list[Picture]:
    return [np.asarray(_upright(p)) for block in blocks for p in block.rgb]


def _upright(picture: Tensor) -> Picture:
    return np.ascontiguousarray(picture.permute(1, 2, 0).numpy(), np.uint8)


def main(names: Sequence[str]) -> None:
    parts = visemix.load("default").parts
    print(f"{platform.machine()}, {torch.get_num_threads()} threads")
    print(f"{HEAD}{'jitter':>8}{'begin s':>8}{'ms/frame':>9}")
    for clip in CLIPS:
        if names and clip.name not in names:
            continue
        half = halves(clip, parts)
        assert length(half.attributes) == len(half.pictures)
        for follow in ("attributes", "base"):
            print(run(half, parts, follow), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
