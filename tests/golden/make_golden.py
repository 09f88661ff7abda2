"""The one maker of golden frames: python tests/golden/make_golden.py

Run it only when a picture changed on purpose, look at what it writes, and say why in the commit.
"""

import io
import json
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import attrs
import numpy as np
import torch
from numpy.typing import NDArray

import visemix
from visemix.core.pipeline import frames_of_attributes
from visemix.core.testing.samples import sample_subject
from visemix.core.timeline import cut, join, pick
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.subject import Subject

FILE = Path(__file__).with_name("frames.npz")
SHOWN = (0, 9, 18)
Pictures = dict[str, NDArray[np.uint8]]


def person() -> tuple[Subject, FaceAttributes]:
    """The sample person, fitted, and somebody else's words: its own, backwards."""
    pipeline = visemix.load("default")
    subject = sample_subject()
    fit = pipeline.parts.face_model.fit(subject.track)
    backwards = pick(fit.attributes, torch.arange(len(subject.frames) - 1, -1, -1))
    return attrs.evolve(subject, fit=fit), cut(backwards, 0, max(SHOWN) + 1)


def drawn() -> Pictures:
    """Frames of the default recipe, and of the oracle's renderer, by name."""
    torch.manual_seed(0)
    subject, attributes = person()
    made: Pictures = {}
    default = visemix.load("default").parts
    frames = join(list(frames_of_attributes(default, [attributes], subject)))
    made["composite"] = frames.rgb[list(SHOWN)].numpy()
    oracle = visemix.load(
        "default", ["renderer.part=rasterizer-reference", "renderer.shade=true"]
    ).parts
    geometry = oracle.face_model.geometry(pick(attributes, torch.tensor(SHOWN)), subject)
    shaded = oracle.renderer.render(geometry).rgb
    made["mesh"] = (shaded * 255).round().to(torch.uint8).numpy()
    return made


def about() -> dict[str, str]:
    """Commit, seed and versions that the frames were made with."""
    words = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    names = ("torch", "numpy", "numba", "opencv-python-headless")
    versions = {name: version(name) for name in names}
    return {"commit": commit, "seed": "0", "python": platform.python_version(), **versions}


def main() -> None:
    buffer = io.BytesIO()
    made = drawn()
    np.savez_compressed(
        buffer, about=json.dumps(about()), composite=made["composite"], mesh=made["mesh"]
    )
    FILE.write_bytes(buffer.getvalue())


if __name__ == "__main__":
    main()
