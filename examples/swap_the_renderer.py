"""Changes one line of a recipe and compares the videos.

python examples/swap_the_renderer.py SPEECH FACE    (without arguments: what visemix ships)
"""

import sys
import tempfile
from importlib.resources import files
from pathlib import Path

import torch
from torch import Tensor

import visemix
from visemix.registry.installed import find_installed

SECONDS = 0.4


def main(speech: str, face: str) -> None:
    """Make a few frames with the recipe as it is shipped, and with the other renderer."""
    shipped = next(recipe for recipe in find_installed().recipes() if recipe.name == "default")
    text = shipped.path.read_text()
    with tempfile.TemporaryDirectory() as folder:
        mine = Path(folder, "mine.yaml")
        mine.write_text(text.replace("part: rasterizer-cpu", "part: rasterizer-reference"))
        pictures = [speaking(recipe, speech, face) for recipe in (shipped.path, mine)]
    frames = len(pictures[0])
    difference = (pictures[0].float() - pictures[1].float()).abs().mean()
    print(f"{frames} frames; the renderers differ by {difference:.3f} of 255 levels on average")


def speaking(recipe: Path, speech: str, face: str) -> Tensor:
    """[T, 3, H, W] uint8."""
    pipeline = visemix.load(recipe)
    subject = pipeline.prepare(face)
    clip = pipeline.generate(speech, subject, seconds=SECONDS)
    return torch.cat([frames.rgb for frames in clip.frames()])


if __name__ == "__main__":
    demo = files("visemix.registry") / "demo"
    main(*(sys.argv[1:] or [str(demo / "speech.wav"), str(demo / "astronaut.jpg")]))
