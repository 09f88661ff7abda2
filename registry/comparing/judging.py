"""Looks at a made video and measures what was not measured yet.

In the folder of a case, each written whole or not at all::

    track.safetensors     the face in it, in px of the crop; track.none where none is seen
    curves.npz            what it does over time (core.judging.comparison.MadeVideo)
    sheet.jpg             contact sheet of the crop
    measured/KEY.safetensors   what one metric saw, its note in the metadata
    measured/KEY.json     why one metric could not look
"""

import json
import os
import traceback
from pathlib import Path

import attrs
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from visemix.core.errors import VisemixError
from visemix.core.judging.case import Case, Observation, Take
from visemix.core.values.track import Track
from visemix.registry.comparing.clip_media import REAL, SEEN, ClipFolder
from visemix.registry.comparing.curves import save_curves, save_sheet
from visemix.registry.comparing.jobs import JudgeJob
from visemix.registry.comparing.making import VIDEO, cost_of
from visemix.registry.comparing.takes import (
    CroppedFrames,
    crop_video,
    heard,
    in_crop,
    load_track,
    save_track,
    stretch,
    track_video,
)
from visemix.registry.comparing.trackers import tracker_of
from visemix.registry.comparing.troubles import Trouble
from visemix.registry.installed import find_installed
from visemix.registry.metric_entries import metrics_of
from visemix.registry.metrics import MetricBuilder

TRACK, NO_TRACK, CURVES, SHEET = "track.safetensors", "track.none", "curves.npz", "sheet.jpg"
MEASURED = "measured"

CRASH = "crash"
"""Stage of a metric that failed by an error of its own."""


def judge(job: JudgeJob) -> None:
    """Measure with every metric that has no file yet.

    Raises:
        VisemixError: the video cannot be read, or the tracker does not run.
    """
    missing = [
        (key, entry)
        for key, entry in zip(job.keys, job.metrics, strict=True)
        if not measured(job.folder, key)
    ]
    curves, sheet = (job.folder / name for name in drawn(job.piece, job.pieces))
    if not missing and sheet.exists():
        return
    case = _case(job)
    save_curves(case.made.track, case.made.fps, curves)
    save_sheet(case.made, sheet)
    installed = find_installed()
    builder = MetricBuilder(installed)
    (job.folder / MEASURED).mkdir(exist_ok=True)
    for key, entry in missing:
        path = job.folder / MEASURED / key
        try:
            (chosen,) = metrics_of([dict(entry)], installed)
            _keep(builder.build(chosen).observe(case), path)
        except Exception as e:  # noqa: BLE001 - one metric that fails leaves the others
            if not isinstance(e, VisemixError):
                traceback.print_exception(e)
            _keep_trouble(e, path)


def drawn(piece: int, pieces: int) -> tuple[str, str]:
    """Names of the files with the curves and the contact sheet of a piece.

    >>> drawn(0, 1), drawn(1, 3)
    (('curves.npz', 'sheet.jpg'), ('curves-2.npz', 'sheet-2.jpg'))
    """
    if pieces == 1:
        return CURVES, SHEET
    curves, sheet = (Path(name) for name in (CURVES, SHEET))
    number = piece + 1
    return f"{curves.stem}-{number}{curves.suffix}", f"{sheet.stem}-{number}{sheet.suffix}"


def measured(folder: Path, key: str) -> bool:
    """Whether a metric has looked at a case, or could not."""
    path = folder / MEASURED / key
    return path.with_suffix(".safetensors").exists() or path.with_suffix(".json").exists()


def seen_by(folder: Path, key: str) -> Observation | Trouble | None:
    """What a metric saw in a case, or why it could not look; None if it was not there."""
    path = folder / MEASURED / key
    tensors, trouble = path.with_suffix(".safetensors"), path.with_suffix(".json")
    if tensors.exists():
        with safe_open(tensors, "pt") as file:
            note = file.metadata()["note"]
        return Observation(load_file(tensors), note)
    return Trouble(**json.loads(trouble.read_text())) if trouble.exists() else None


def _case(job: JudgeJob) -> Case:
    clip = ClipFolder(job.clip)
    real, reference = (
        attrs.evolve(clip.take(name, job.person), name=job.name) for name in (REAL, SEEN)
    )
    made = _made(job, clip, real)
    frames = min(len(made.frames), len(real.frames))
    start, stop = (frames * number // job.pieces for number in (job.piece, job.piece + 1))
    return Case(
        made=stretch(made, start, stop),
        real=stretch(real, start, stop),
        reference=reference,
        said=job.said,
        cost=cost_of(job.folder) if job.piece == 0 else None,  # the pieces were made together
    )


def _made(job: JudgeJob, clip: ClipFolder, real: Take) -> Take:
    video, crop = job.folder / VIDEO, clip.crop()
    track = _track(job, real.fps)
    return attrs.evolve(
        real,
        frames=CroppedFrames(crop_video(video, real.fps, crop)),
        track=None if track is None else in_crop(track, crop),
        audio=heard(video),
        file=video,
    )


def _track(job: JudgeJob, fps: float) -> Track | None:
    path, nothing = job.folder / TRACK, job.folder / NO_TRACK
    if path.exists():
        return load_track(path)
    if nothing.exists():
        return None
    track = track_video(job.folder / VIDEO, fps, tracker_of(job.judging, fps))
    if track is None:
        nothing.touch()
    else:
        save_track(track, path)
    return track


def _keep(seen: Observation, path: Path) -> None:
    tensors = {name: value.detach().cpu().contiguous() for name, value in seen.values.items()}
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    save_file(tensors, part, metadata={"note": seen.note})
    part.replace(path.with_suffix(".safetensors"))


def _keep_trouble(error: Exception, path: Path) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    stage = "metric" if isinstance(error, VisemixError) else CRASH
    part.write_text(json.dumps(attrs.asdict(Trouble.of(error, stage))))
    part.replace(path.with_suffix(".json"))
