"""One clip of a protocol, cut out of the data: what systems are given, and the truth.

sound.wav               what is said
reference.mp4           the stretch that shows the person; reference.png: its first frame
real.mp4, real.*        the truth after the canonical transcode, its track and its crop
seen.mp4, seen.*        the reference as metrics see it, transcoded
clip.json               sizes
"""

import json
from pathlib import Path

import attrs
import cv2
import numpy as np

from visemix.core.errors import FaceError, OutputError
from visemix.core.interfaces import FaceTracker
from visemix.core.judging.case import Take
from visemix.core.media.encoder import Encoding
from visemix.core.media.video_in import probe
from visemix.core.subjects.part_folder import PartFolder
from visemix.core.timeline import cut
from visemix.core.values.rendering import Crop
from visemix.core.values.track import Track
from visemix.registry.comparing.jobs import ClipJob
from visemix.registry.comparing.protocol import Span
from visemix.registry.comparing.takes import (
    CroppedFrames,
    crop_video,
    heard,
    in_crop,
    load_track,
    save_track,
    scaled,
    stretch,
    track_video,
)
from visemix.registry.comparing.trackers import tracker_of
from visemix.registry.comparing.transcoding import (
    canonical_size,
    pictures_of,
    sound_of,
    transcode,
    write_sound,
    write_video,
)

SOUND, REAL, SEEN, ABOUT = "sound.wav", "real", "seen", "clip.json"
VIDEO, PHOTO = "reference.mp4", "reference.png"

FINE = Encoding(crf=8)
"""A reference loses nothing that could be seen."""


@attrs.frozen
class ClipFolder:
    """A clip that was cut.

    Attributes:
        path: the folder.
    """

    path: Path

    @property
    def ready(self) -> bool:
        """Whether it is there; it appears only when it is complete."""
        return (self.path / ABOUT).is_file()

    @property
    def about(self) -> dict[str, float]:
        """``frames``, ``width`` and ``height`` of the truth, its ``fps``."""
        data: dict[str, float] = json.loads((self.path / ABOUT).read_text())
        return data

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the truth, px."""
        return int(self.about["width"]), int(self.about["height"])

    @property
    def reference(self) -> Path:
        """What systems are given of the person."""
        photo = self.path / PHOTO
        return photo if photo.exists() else self.path / VIDEO

    @property
    def sound(self) -> Path:
        """What is said."""
        return self.path / SOUND

    def video(self, name: str) -> Path:
        """The transcoded video ``real`` or ``seen``."""
        return self.path / f"{name}.mp4"

    def crop(self, name: str = REAL) -> Crop:
        """The crop of the face in ``real`` or ``seen``, a map from its full frame."""
        return self.track(name).crop

    def track(self, name: str) -> Track:
        """The face in ``real`` or ``seen``, in px of its full frame; its crop is the judged one."""
        return load_track(self.path / f"{name}.safetensors")

    def given(self) -> Track:
        """The face in what systems are given: in ``seen``, or in its first frame."""
        track = self.track(SEEN)
        return cut(track, 0, 1) if (self.path / PHOTO).exists() else track

    def take(self, name: str, person: str) -> Take:
        """``real`` or ``seen`` as metrics see it."""
        pictures = np.load(self.path / f"{name}.npy", mmap_mode="r")
        full = self.track(name) if name == REAL else self.given()
        track = in_crop(full, full.crop)
        take = Take(
            name=name,
            person=person,
            frames=CroppedFrames(pictures),
            crop=track.crop,
            fps=track.fps,
            track=track,
            audio=heard(self.video(name)),
            file=self.video(name),
        )
        return stretch(take, 0, len(track.found))


def cut_clip(job: ClipJob) -> None:
    """Make the folder of a clip, unless it is there.

    Raises:
        MediaError: a file cannot be read, or a stretch is not in it.
        FaceError: no face is seen in the truth or in the reference.
    """
    if ClipFolder(job.folder).ready:
        return
    tracker = tracker_of(job.judging, job.canonical.fps)
    try:
        with PartFolder(job.folder) as part:
            _Cutting(job, part.part, tracker).run()
            part.commit()
    except OutputError:
        if not ClipFolder(job.folder).ready:  # else another process was faster
            raise


@attrs.frozen(eq=False)
class _Cutting:
    job: ClipJob
    folder: Path
    tracker: FaceTracker

    def run(self) -> None:
        """Cut, transcode, track."""
        job, clip = self.job, self.job.clip
        fps = job.canonical.fps
        test, reference = job.data / clip.test.file, job.data / clip.reference.file
        frames, size = self.transcode(REAL, test, clip.test)
        write_sound(self.folder / SOUND, sound_of(test, clip.test, frames / fps))
        self.give(reference)
        self.transcode(SEEN, reference, clip.reference)
        for name in (REAL, SEEN):
            self.look(name)
        about = {"frames": frames, "fps": fps, "width": size[0], "height": size[1]}
        (self.folder / ABOUT).write_text(json.dumps(about))

    def transcode(self, name: str, path: Path, span: Span) -> tuple[int, tuple[int, int]]:
        """A stretch of a file as it is judged; number and size of its frames."""
        canonical = self.job.canonical
        count, size = self.counted(path, span, canonical.fps)
        sound = sound_of(path, span, count / canonical.fps)
        pictures = pictures_of(path, canonical.fps, span)
        transcode(pictures, sound, self.folder / f"{name}.mp4", size, canonical)
        return count, size

    def counted(self, path: Path, span: Span, fps: float) -> tuple[int, tuple[int, int]]:
        """Number of frames of a stretch, and their judged size."""
        count, size = 0, (0, 0)
        for picture in pictures_of(path, fps, span):
            size = size if count else canonical_size(picture, self.job.canonical)
            count += 1
        return count, size

    def give(self, path: Path) -> None:
        """What systems may see, at the rate of its own file."""
        span, fps = self.job.clip.reference, probe(path).fps
        count, _ = self.counted(path, span, fps)
        sound = sound_of(path, span, count / fps) if self.job.personal else None
        pictures = pictures_of(path, fps, span)
        write_video(self.folder / VIDEO, pictures, sound, fps, FINE)
        if self.job.reference == "photo":
            first = next(iter(pictures_of(path, fps, span)))
            cv2.imwrite(str(self.folder / PHOTO), cv2.cvtColor(first, cv2.COLOR_RGB2BGR))

    def look(self, name: str) -> None:
        """Track a video; keep the crop that is judged."""
        fps, video = self.job.canonical.fps, self.folder / f"{name}.mp4"
        track = track_video(video, fps, self.tracker)
        if track is None:
            what = {REAL: "the truth", SEEN: "the reference"}[name]
            raise FaceError(f"no face is seen in {what}", where=self.job.clip.name)
        crop = scaled(track.crop, self.job.judging.crop)
        save_track(attrs.evolve(track, crop=crop), self.folder / f"{name}.safetensors")
        np.save(self.folder / f"{name}.npy", crop_video(video, fps, crop))
