"""What the few-shot generator makes of its two inputs, on frames that it never saw.

    python -m benchmarks.rhythmic_generator [--steps 1000] [--ablations NAME ...] [--references 1 8]
        [--clip vlogger] [--frames 300] [--set KEY=VALUE ...] [--full-size] [--keep]
        [--sheet FOLDER] [--also CLIP ...]

The generator learns from the first frames of a clip, with true attributes; the face model's mesh
and colours are of these frames only. The true attributes of the rest are matched, drawn and
refined, with each number of references. Controls: the render (projected image) and the matched
reference. Means over the rest, in the crop: PSNR and SSIM on the face (the hull of the tracked
mesh) and in the whole crop, the cosine of a recognition network's vectors of made and real frame,
and the Frechet distance between EfficientNet's features of all made and all real frames (no FID).
The sizes are SMALL unless --full-size is said; a stage that is done in --run is not trained again.
With --also one generator learns several people, so that who is shown must come from the references.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import attrs
import torch
from lightning.fabric import Fabric

from benchmarks.clips import CLIPS
from benchmarks.composite import Halves
from benchmarks.likeness import HEAD, Row, rows, sheet
from benchmarks.refiners import FirstFrames, made_frames, renders
from visemix.core.compositing.paste import heaviest
from visemix.core.interfaces import ReferenceMatcher
from visemix.core.pipeline import Parts, reference_features
from visemix.core.statistics import attribute_statistics
from visemix.core.subjects.cropped import crop_picture
from visemix.core.timeline import cut, join
from visemix.core.training.batches import read_speed
from visemix.core.training.dataset import Dataset, Example
from visemix.core.training.session import Session
from visemix.core.training.stage import Trainable
from visemix.core.values.audio import Audio
from visemix.core.values.subject import Picture, Subject
from visemix.core.windows import Windowed
from visemix.registry.api import pipeline_of
from visemix.registry.build import Built, build
from visemix.registry.commands.train import material_of, plan_of, tasks_of
from visemix.registry.hardware import hardware_line

RESULTS = Path(__file__).parent / "results"
RECIPE = "rhythmic-head"
PX = 96

SMALL = (
    f"video.size={PX}",
    f"tracker.max_size={PX}",
    "refiner.width=12",
    "refiner.downs=4",
    "refiner.flow_blocks=3",
    "refiner.norm=instance",
    "refiner.upsampling=nearest",
    "refiner.reference_gap=5",
    "refiner.rate=8e-4",
    "refiner.decay=0.4",
    "discriminators.1.width=12",
    "discriminators.1.layers=3",
    "discriminators.1.norm=instance",
    "training.batch=2",
    "training.weights={l1: 20.0}",
)
"""For a CPU, and for the pictures of one person only."""

ABLATIONS = {
    "full": (),
    "no projection": ("refiner.use_projection=false",),
    "mean of references": ("refiner.use_attention=false",),
    "matting": ("refiner.composition=matting",),
    "no warp": ("refiner.use_warp=false",),
}
"""Table 3 of the paper (SYSTEMS C.7)."""


def halves(built: Built, path: Path, frames: int) -> Halves:
    """The subject of the first frames, fitted to these only, and what was seen in the rest."""
    whole = pipeline_of(built).prepare(path)
    count, own = len(whole.frames), FirstFrames(whole.frames, frames)
    seen = cut(whole.track, 0, frames)
    fit = built.parts.face_model.fit(seen, own, built.parts.renderer)
    assert whole.audio is not None
    audio = Audio(
        whole.audio.samples[: round(frames / whole.fps * whole.audio.rate)], whole.audio.rate
    )
    subject = attrs.evolve(
        whole,
        frames=own,
        track=seen,
        fit=fit,
        statistics=attribute_statistics(fit, seen),
        audio=audio,
        folder=None,
    )
    rest = [crop_picture(whole.frames[k], seen.crop) for k in range(frames, count)]
    attributes = cut(whole.fit.attributes, frames, count)
    return Halves(subject, attributes, cut(whole.track, frames, count), rest)


def learn(built: Built, subjects: Sequence[Subject], run: Path) -> dict[str, float]:
    """Train the refiner in place, or take it from a finished run; how long it took."""
    encoder = built.parts.audio_encoder
    data = Dataset([Example(subject, reference_features(encoder, subject)) for subject in subjects])
    tasks = [task for task in tasks_of(built, None) if task.kind == "refiner"]
    fabric = Fabric(accelerator="auto", devices=1)
    started = time.perf_counter()
    Session(run, material_of(built, data), plan_of(built, None), fabric).train(tasks)
    speeds = [read_speed(task.folder(run)) for task in tasks]
    return {
        "seconds": time.perf_counter() - started,
        "steps": sum(speed.steps for speed in speeds),
        "training_s": sum(speed.seconds for speed in speeds),
    }


def matched(parts: Parts, half: Halves) -> list[Picture]:
    """The reference that the matcher chose for every frame."""
    matcher: ReferenceMatcher = parts.matcher
    begun = matcher.begin(half.subject, parts.face_model)
    match = join(list(Windowed(matcher.window, matcher.match, begun).run([half.attributes])))
    frames = heaviest(match.face or match.base).tolist()
    crop = half.subject.track.crop
    return [crop_picture(half.subject.frames[frame], crop) for frame in frames]


def main(arguments: Sequence[str] | None = None) -> None:
    args = _arguments(arguments)
    built = build(RECIPE, settings(args, "full"), training=True)
    half = halves(built, path_of(args.clip), args.frames)
    others = [halves(built, path_of(name), args.frames).subject for name in args.also]
    controls = {
        "projected image": renders(built.parts, half),
        "matched reference": matched(built.parts, half),
    }
    print(f"{hardware_line()} | {args.clip}, {half.subject.track.crop.width} px\n{HEAD}")
    compared = rows(controls, half)
    for name, row in compared.items():
        print(row.line(name), flush=True)
    for name in args.ablations:
        made, spent = learned(name, half, [half.subject, *others], args)
        _report(name, compared | rows(made, half), spent, args)
        if args.sheet:
            args.sheet.mkdir(parents=True, exist_ok=True)
            sheet(args.sheet / f"{name}.png", controls | made, half)


def path_of(name: str) -> Path:
    """Of a clip."""
    return next(clip.path for clip in CLIPS if clip.name == name)


def learned(
    name: str, half: Halves, subjects: Sequence[Subject], args: argparse.Namespace
) -> tuple[dict[str, list[Picture]], dict[str, float]]:
    """What one variant makes after its training, with each number of references."""
    sets = settings(args, name)
    built = build(RECIPE, sets, training=True)
    with tempfile.TemporaryDirectory() as scratch:
        spent = learn(built, subjects, (args.run or Path(scratch)) / name)
    return {f"K = {k}": shown(built, half, [*sets, *few(k)]) for k in args.references}, spent


def settings(args: argparse.Namespace, name: str) -> list[str]:
    """Of the recipe, for one variant."""
    steps = [f"training.steps={args.steps}", "training.stages=[generator]", "refiner.paste=crop"]
    small = [] if args.full_size else SMALL
    return [*small, *steps, *ABLATIONS[name], *args.overrides]


def few(references: int) -> list[str]:
    """K for those who have to know it."""
    return [f"{part}.references={references}" for part in ("matcher", "refiner")]


def shown(built: Built, half: Halves, sets: Sequence[str]) -> list[Picture]:
    """What the trained refiner makes with other settings."""
    other = build(RECIPE, sets).parts
    assert isinstance(other.refiner, Trainable) and isinstance(built.parts.refiner, Trainable)
    other.refiner.load_weights(built.parts.refiner.weights())
    return made_frames(other, half)


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clip", default="vlogger", choices=[clip.name for clip in CLIPS])
    parser.add_argument("--frames", type=int, default=300, help="to learn from")
    parser.add_argument("--also", nargs="+", default=[], choices=[clip.name for clip in CLIPS])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--ablations", nargs="+", default=["full"], choices=list(ABLATIONS))
    parser.add_argument("--references", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--full-size", action="store_true", help="the recipe's sizes")
    parser.add_argument("--set", dest="overrides", action="append", default=[])
    parser.add_argument("--run", type=Path, help="folder to keep the run in")
    parser.add_argument("--sheet", type=Path, help="folder for PNGs of held-out frames")
    parser.add_argument("--keep", action="store_true", help="write benchmarks/results")
    return parser.parse_args(given)


def _report(
    name: str, found: dict[str, Row], spent: dict[str, float], args: argparse.Namespace
) -> None:
    for column, row in found.items():
        if column.startswith("K ="):
            print(row.line(f"{name}, {column}"))
    print(", ".join(f"{what} {value:.4g}" for what, value in spent.items()), flush=True)
    if not args.keep:
        return
    path = RESULTS / f"{date.today():%Y-%m-%d}-rhythmic-generator.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    values = {column: r.figures() for column, r in found.items()}
    sets = settings(args, name)
    also = "".join(f" and {clip}" for clip in args.also)
    changed = "".join(f", {change}" for change in args.overrides)
    kept[f"{name}, {args.clip}{also}, {args.steps} steps{changed}"] = {
        "hardware": hardware_line(),
        "set": sets,
        **spent,
        **values,
    }
    path.write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
