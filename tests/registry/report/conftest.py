"""A comparison with everything a report can show, and the files it names."""

import math
from pathlib import Path

import cv2
import numpy as np
import pytest

from visemix.core.judging.comparison import (
    CONTROLS,
    ClipInfo,
    Comparison,
    Definition,
    Failure,
    MadeVideo,
    Pooled,
    Quoted,
    System,
    Value,
)

RECIPES = ("default", "facial", "audio2au")
CLIPS = tuple(f"clip-{k}" for k in range(3))
SECONDS, FPS = 6.0, 25.0

METRICS = (
    Definition("psnr", "psnr", {}, "Peak signal.", "dB", "larger", "ATVG script", 1, "picture",
               controls=("re-encoded > still",)),
    Definition("frechet", "frechet", {}, "Distance.", "1", "smaller", "here", 1, "picture",
               pooled=True),
    Definition("lmd", "lmd", {}, "Mouth <distance>.", "px", "smaller", "Chen 2018", 1, "lips",
               controls=("re-encoded > still", "re-encoded > shuffled")),
    Definition("blinks", "blink-rate", {}, "Blinks.", "1/s", "nearer", "E", 1, "motion",
               controls=("re-encoded > still",)),
    Definition("hs", "hs", {}, "Head.", "1", "larger", "B", 1, "motion",
               controls=("still > re-encoded",)),
    Definition("fps-steady", "fps-steady", {}, "Speed.", "frames/s", "larger", "here", 1, "cost"),
)  # fmt: skip

LEVELS = {
    "ground-truth": (math.inf, 0.0, 0.4, 1.0),
    "re-encoded": (41.0, 0.2, 0.4, 0.99),
    "still": (24.0, 3.0, 0.0, 0.2),
    "nearest-frame": (28.0, 1.5, 0.3, 0.9),
    "shuffled": (23.0, 2.8, 0.4, 0.95),
    "default": (29.0, 1.2, 0.45, 0.9),
    "facial": (27.0, 1.6, 0.5, 0.87),
    "audio2au": (26.9, 1.61, 0.1, 0.3),
}
"""PSNR, LMD, blinks, HS of each system."""


@pytest.fixture
def sample(tmp_path: Path) -> tuple[Comparison, Path]:
    """The comparison, and the folder of its report."""
    folder = tmp_path / "report"
    for name in ("curves", "sheets", "videos"):
        (folder / name).mkdir(parents=True)
    systems = tuple(LEVELS)
    videos = tuple(_files(folder, system, clip) for system in systems for clip in CLIPS)
    comparison = Comparison(
        protocol="sample",
        protocol_sha256="ab" * 32,
        created="2026-01-01T00:00:00Z",
        hardware="2 cores of some machine, no GPU",
        versions={"visemix": "0.1.0", "torch": "2.13.0"},
        systems=tuple(_system(name) for name in systems),
        clips=tuple(ClipInfo(clip, "s1", SECONDS, "0f" * 32, "CC BY 4.0") for clip in CLIPS),
        metrics=METRICS,
        values=tuple(_values()),
        pooled=tuple(
            Pooled(s, "frechet", 3.0 + k, (3.0 + k, 3.1 + k)) for k, s in enumerate(systems)
        ),
        failures=(
            Failure(
                "audio2au", "clip-2", 0, "generate", "no face in <b>the photo</b>", "choose another"
            ),
        ),
        videos=videos,
        quoted=(Quoted("facial", "lmd", 1.9, "Zhang et al. 2021, table 1"),),
    )
    return comparison, folder


def _system(name: str) -> System:
    if name in CONTROLS:
        return System(name, control=True)
    return System(
        name,
        control=False,
        recipe=f"visemix: 1\nname: {name}\n",
        summary=f"The {name} recipe.",
        licenses=("facial: Apache-2.0, weights none",),
        training="none",
        lock="cd" * 32,
    )


def _values() -> list[Value]:
    rows = []
    rng = np.random.default_rng(0)
    for number, clip in enumerate(CLIPS):
        shift = rng.normal(0, 0.1)
        for system, levels in LEVELS.items():
            lost = system == "audio2au" and number == 2
            for label, level in zip(("psnr", "lmd", "blinks", "hs"), levels, strict=True):
                noise = 0.05 * rng.normal() if label != "hs" else 0.0
                value = None if lost else level + shift * (label == "lmd") + noise
                rows.append(Value(system, clip, 0, label, value, "no video" if lost else ""))
            if system not in CONTROLS and not lost:
                speed = {"default": 40.0, "facial": 8.0, "audio2au": 90.0}[system]
                rows.append(Value(system, clip, 0, "fps-steady", speed + rng.normal()))
    return rows


def _files(folder: Path, system: str, clip: str) -> MadeVideo:
    stem = f"{system}-{clip}-0"
    time = np.arange(int(SECONDS * FPS)) / FPS
    rng = np.random.default_rng(len(stem))
    eyes = np.full(len(time), 0.3)
    eyes[40:46] = 0.05
    np.savez(
        folder / "curves" / f"{stem}.npz",
        time=time,
        lip_gap=np.abs(np.sin(7 * time + len(system))),
        rotation=np.stack([np.sin(time + k) * 5 for k in range(3)], 1)
        + rng.normal(0, 0.1, (len(time), 3)),
        eye_aspect=eyes,
        found=np.ones(len(time), bool),
    )
    picture = np.full((64, 256, 3), 40 + 10 * len(system), np.uint8)
    cv2.putText(picture, system, (8, 40), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (255, 255, 255), 2)
    cv2.imwrite(str(folder / "sheets" / f"{stem}.jpg"), picture)
    (folder / "videos" / f"{stem}.mp4").write_bytes(b"0" * 100)
    return MadeVideo(
        system, clip, 0, f"videos/{stem}.mp4", f"curves/{stem}.npz", f"sheets/{stem}.jpg"
    )
