"""Makes one video, times it, transcodes it.

A case's folder::

    video.mp4     after the canonical transcode
    made.json     what it took; nothing for controls
"""

import json
import time
from pathlib import Path
from shutil import copyfile

import attrs

from visemix.core.errors import CheckpointError, OutputError
from visemix.core.judging.comparison_file import to_data
from visemix.core.judging.cost import Cost
from visemix.core.media.audio_in import read_audio
from visemix.core.media.video_in import probe
from visemix.core.subjects.part_folder import PartFolder
from visemix.core.talking import Pipeline
from visemix.core.values.subject import Subject
from visemix.registry import api
from visemix.registry.comparing.clip_media import REAL, ClipFolder
from visemix.registry.comparing.controls import GROUND_TRUTH, make_control
from visemix.registry.comparing.jobs import Asked, MakeJob, read
from visemix.registry.comparing.sizes import (
    checkpoint_bytes,
    parameters,
    peak_gpu_memory,
    peak_memory,
)
from visemix.registry.comparing.timing import Clock, TimedPipeline
from visemix.registry.comparing.transcoding import SOUND_RATE, pictures_of, transcode
from visemix.registry.comparing.troubles import StagedError
from visemix.registry.lock import FILE_NAME as LOCK

VIDEO, MADE = "video.mp4", "made.json"
RAW = "raw.mp4"


def make(job: MakeJob) -> None:
    """Make the folder of a case, unless it is there.

    Raises:
        StagedError: it fails to be built, to prepare the reference, or to make the video.
    """
    if (job.folder / MADE).is_file():
        return
    try:
        with PartFolder(job.folder) as part:
            cost = _Making(job, part.part).run()
            (part.part / MADE).write_text(json.dumps(None if cost is None else to_data(cost)))
            part.commit()
    except OutputError:
        if not (job.folder / MADE).is_file():  # else another process was faster
            raise


def cost_of(folder: Path) -> Cost | None:
    """What the video of a case took."""
    data = json.loads((folder / MADE).read_text())
    return None if data is None else read(data, Cost)


@attrs.frozen(eq=False)
class _Making:
    job: MakeJob
    folder: Path

    def run(self) -> Cost | None:
        clip, raw = ClipFolder(self.job.clip), self.folder / RAW
        if self.job.asked.name == GROUND_TRUTH and self.job.asked.control:
            copyfile(clip.video(REAL), self.folder / VIDEO)
            return None
        cost = None
        if self.job.asked.control:
            make_control(self.job.asked.name, clip, raw)
        else:
            cost = self.speak(clip, raw)
        fps = self.job.canonical.fps
        sound = read_audio(raw, SOUND_RATE, allow_silence=True)
        transcode(pictures_of(raw, fps), sound, self.folder / VIDEO, clip.size, self.job.canonical)
        raw.unlink()
        return cost

    def speak(self, clip: ClipFolder, raw: Path) -> Cost:
        """What a user does: load, prepare, generate."""
        clock = Clock()
        try:
            pipeline = TimedPipeline(load(self.job.asked), clock)
        except Exception as e:
            raise StagedError("recipe", e) from e
        begun = time.perf_counter()
        try:
            subject = pipeline.prepare(clip.reference)
        except Exception as e:
            raise StagedError("prepare", e) from e
        prepared = time.perf_counter()
        pipeline.adapt(subject)
        adapted = time.perf_counter()
        times = {"prepare_s": prepared - begun, "personalise_s": adapted - prepared}
        cold_s = 0.0
        for _ in range(self.job.repeats):
            times["generate_s"] = self.generate(pipeline, subject, clip, raw)
            cold_s = cold_s or time.time() - self.job.started
        return self.cost(pipeline, subject, clip, raw, {"cold_s": cold_s, **times})

    def generate(
        self, pipeline: TimedPipeline, subject: Subject, clip: ClipFolder, raw: Path
    ) -> float:
        pipeline.clock.start()
        pipeline.generate(clip.sound, subject, seed=self.job.seed).save(raw, overwrite=True)
        return time.perf_counter() - pipeline.clock.begun

    def cost(
        self,
        pipeline: TimedPipeline,
        subject: Subject,
        clip: ClipFolder,
        raw: Path,
        times: dict[str, float],
    ) -> Cost:
        made = probe(raw)
        sound = read_audio(clip.sound, allow_silence=True)
        frames = sum(count for _, count in pipeline.clock.finished)
        return Cost(
            frames=frames,
            **times,
            first_frame_s=pipeline.clock.first_frame_s,
            frame_s=pipeline.clock.frame_s,
            drift_s=frames / made.fps - sound.duration_s,
            cpu_bytes=peak_memory(),
            gpu_bytes=peak_gpu_memory(),
            checkpoint_bytes=checkpoint_bytes(pipeline.settings.provenance),
            parameters=parameters(Pipeline.adapt(pipeline, subject)),
            stages=dict(pipeline.clock.stages),
        )


def load(asked: Asked) -> Pipeline:
    """The pipeline of a recipe that was asked for.

    Raises:
        VisemixError: it cannot run.
    """
    if asked.remedy and not (Path(asked.recipe) / LOCK).is_file():
        what = "this row needs weights of its own, which are not there"
        raise CheckpointError(what, where=asked.recipe, do=asked.remedy)
    return api.load(asked.recipe, asked.overrides)
