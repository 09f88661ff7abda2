"""How near a trained refiner comes to real frames that it never saw.

    python -m benchmarks.refiners RECIPE [--clip vlogger] [--frames 300] [--set KEY=VALUE ...]

The clip is tracked and fitted as a whole. The recipe's refiner learns from its first frames; the
true attributes of the rest are drawn and refined. Means over the rest, in the crop that the refiner
works in; the face is the hull of the tracked mesh. Controls: the render that goes into the refiner,
and the frame of the first part that is nearest by landmarks; with --composite also the untrained
composite of the default recipe.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import attrs
import cv2
import numpy as np
import torch
from lightning.fabric import Fabric
from torch import Tensor

import visemix
from benchmarks.clips import CLIPS
from benchmarks.composite import Halves, nearest
from benchmarks.pictures import Nearness, face_mask, nearness
from visemix.core.pipeline import Parts, draw, frames_of_attributes, reference_features
from visemix.core.statistics import attribute_statistics
from visemix.core.subjects.cropped import crop_picture
from visemix.core.timeline import cut, length
from visemix.core.training.batches import read_speed
from visemix.core.training.dataset import Dataset, Example
from visemix.core.training.session import Session
from visemix.core.values.attributes import FaceAttributes, Match, Sources
from visemix.core.values.audio import Audio
from visemix.core.values.subject import Picture, ReferenceFrames, Subject
from visemix.registry.api import pipeline_of
from visemix.registry.build import Built, build
from visemix.registry.commands.train import material_of, plan_of, tasks_of
from visemix.registry.hardware import hardware_line

RESULTS = Path(__file__).parent / "results"
AT_ONCE = 16
SHOWN = 8
HEAD = f"{'':22}{'face PSNR':>10}{'SSIM':>7}{'crop PSNR':>10}{'SSIM':>7}"


class FirstFrames:
    """The beginning of a reference."""

    def __init__(self, frames: ReferenceFrames, count: int) -> None:
        self.height, self.width = frames.height, frames.width
        self._frames, self._count = frames, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> Picture:
        return self._frames[index]


def halves(built: Built, path: Path, frames: int) -> Halves:
    """The subject of the first frames, and what was really seen in the rest (crops)."""
    whole = pipeline_of(built).prepare(path)
    count, own = len(whole.frames), FirstFrames(whole.frames, frames)
    seen = cut(whole.track, 0, frames)
    colours = built.parts.face_model.fit(seen, own, built.parts.renderer)  # of these frames only
    fit = attrs.evolve(
        whole.fit,
        attributes=cut(whole.fit.attributes, 0, frames),
        colors=colours.colors,
        light=colours.light,
    )
    subject = attrs.evolve(
        whole,
        frames=own,
        track=seen,
        fit=fit,
        statistics=attribute_statistics(fit, seen),
        audio=_beginning(whole.audio, frames / whole.fps),
        folder=None,
    )
    rest = [crop_picture(whole.frames[k], seen.crop) for k in range(frames, count)]
    attributes = cut(whole.fit.attributes, frames, count)
    return Halves(subject, attributes, cut(whole.track, frames, count), rest)


def _beginning(audio: Audio | None, seconds: float) -> Audio | None:
    return (
        None if audio is None else Audio(audio.samples[: round(seconds * audio.rate)], audio.rate)
    )


def learn(built: Built, subject: Subject, args: argparse.Namespace) -> dict[str, float]:
    """Train the recipe's refiner in place; how long it took."""
    data = Dataset([Example(subject, reference_features(built.parts.audio_encoder, subject))])
    tasks = [task for task in tasks_of(built, None) if task.kind == "refiner"]
    if args.run and any((task.folder(args.run) / "done.json").exists() for task in tasks):
        raise SystemExit(f"{args.run} holds a finished training already: choose another folder")
    fabric = Fabric(accelerator=args.accelerator, devices=1, precision=args.precision)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.run or Path(scratch)
        Session(folder, material_of(built, data), plan_of(built, None), fabric).train(tasks)
        speeds = [read_speed(task.folder(folder)) for task in tasks]
    return {
        "seconds": time.perf_counter() - started,
        "steps": sum(speed.steps for speed in speeds),
        "busy": min(speed.busy for speed in speeds),
    }


def made_frames(parts: Parts, half: Halves) -> list[Picture]:
    """What the recipe makes of the true attributes, in the subject's crop."""
    pieces = _pieces(half.attributes)
    made = [p for block in frames_of_attributes(parts, pieces, half.subject) for p in block.rgb]
    return [_in_crop(_upright(picture), half.subject) for picture in made]


def _pieces(attributes: FaceAttributes) -> Iterator[FaceAttributes]:
    count = length(attributes)
    for first in range(0, count, AT_ONCE):
        yield cut(attributes, first, min(first + AT_ONCE, count))


def _in_crop(picture: Picture, subject: Subject) -> Picture:
    crop = subject.track.crop
    if picture.shape[:2] == (crop.height, crop.width):
        return picture
    return crop_picture(picture, crop)


def _upright(picture: Tensor) -> Picture:
    return np.ascontiguousarray(picture.permute(1, 2, 0).numpy(), np.uint8)


def renders(parts: Parts, half: Halves) -> list[Picture]:
    """What goes into the refiner."""
    made: list[Picture] = []
    for piece in _pieces(half.attributes):
        count = length(piece)
        base = Sources(torch.zeros(count, 1, dtype=torch.int64), torch.ones(count, 1))
        rgb = draw(parts, Match(piece, base), half.subject).rendering.rgb
        made += [_upright((picture * 255).round().to(torch.uint8)) for picture in rgb]
    return made


def composite(half: Halves) -> list[Picture]:
    """The default recipe's composite, told the same attributes."""
    overrides = ["matcher.follow=attributes"]
    return made_frames(visemix.load("default", overrides).parts, half)


def sheet(path: Path, columns: dict[str, list[Picture]]) -> None:
    """Some held-out frames, one row each."""
    count = len(next(iter(columns.values())))
    chosen = np.linspace(0, count - 1, SHOWN).round().astype(int)
    rows = [np.concatenate([made[k] for made in columns.values()], 1) for k in chosen]
    cv2.imwrite(str(path), np.concatenate(rows)[..., ::-1])


def main(arguments: Sequence[str] | None = None) -> None:
    args = _arguments(arguments)
    built = build(args.recipe, args.overrides, training=True)
    half = halves(built, next(c.path for c in CLIPS if c.name == args.clip), args.frames)
    crop = half.subject.track.crop
    columns = {"real": list(half.pictures), "render": renders(built.parts, half)}
    near = [crop_picture(picture, crop) for picture in nearest(half)]
    spent = learn(built, half.subject, args)
    columns |= {"made": made_frames(built.parts, half), "nearest frame": near}
    if args.composite:
        columns["composite"] = composite(half)
    faces = [face_mask(landmarks, crop) for landmarks in half.track.landmarks]
    found = {
        name: nearness(made, columns["real"], faces)
        for name, made in columns.items()
        if name != "real"
    }
    _report(args, found, spent, crop.width)
    if args.sheet:
        sheet(args.sheet, columns)


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe")
    parser.add_argument("--clip", default="vlogger", choices=[clip.name for clip in CLIPS])
    parser.add_argument("--frames", type=int, default=300, help="to learn from")
    parser.add_argument("--set", dest="overrides", action="append", default=[])
    parser.add_argument("--accelerator", default="auto")
    parser.add_argument("--precision", default="32-true")
    parser.add_argument("--run", type=Path, help="folder to keep the run in")
    parser.add_argument("--composite", action="store_true", help="compare with the composite too")
    parser.add_argument("--sheet", type=Path, help="PNG of held-out frames")
    parser.add_argument("--keep", action="store_true", help="write benchmarks/results")
    return parser.parse_args(given)


def name_of(recipe: str) -> str:
    """Without the place of a recipe's file."""
    return Path(recipe).stem if recipe.endswith(".yaml") else recipe


def _report(
    args: argparse.Namespace, found: dict[str, Nearness], spent: dict[str, float], size: int
) -> None:
    print(hardware_line(), f"| {args.recipe}, {args.clip}, {size} px")
    print(HEAD)
    for name, near in found.items():
        face = f"{near.face_psnr:10.2f}{near.face_ssim:7.3f}"
        print(f"{name:22}{face}{near.psnr:10.2f}{near.ssim:7.3f}")
    print(", ".join(f"{name} {value:.4g}" for name, value in spent.items()))
    if not args.keep:
        return
    path = RESULTS / f"{date.today():%Y-%m-%d}-refiners.json"
    rows = json.loads(path.read_text()) if path.exists() else {}
    key = f"{name_of(args.recipe)} {args.clip} {size}"
    values = {name: attrs.asdict(near) for name, near in found.items()}
    rows[key] = {"hardware": hardware_line(), "set": args.overrides, **spent, **values}
    path.write_text(json.dumps(rows, indent=1) + "\n")
    print(f"kept in {path}")


if __name__ == "__main__":
    main()
