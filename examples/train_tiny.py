"""Trains the tiny version of the default recipe for a few steps, and speaks with the result.

python examples/train_tiny.py FOLDER CLIP.mp4 ...    (without clips: one that visemix makes first)
"""

import sys
from importlib.resources import files
from pathlib import Path

from visemix.registry.cli import main as visemix

RECIPE = "default/tiny"
DEMO = files("visemix.registry") / "demo"
SPEECH, FACE = str(DEMO / "speech.wav"), str(DEMO / "astronaut.jpg")


def main(folder: Path, clips: list[str]) -> int:
    """The four commands, as one would type them; the first that fails ends it."""
    folder.mkdir(parents=True, exist_ok=True)
    made, data, run = (str(folder / name) for name in ("clip.mp4", "data", "run"))
    recipe, few = ["--recipe", RECIPE], ["--set", "training.steps=5"]
    said_by_face = ["--audio", SPEECH, "--reference", FACE]
    result = str(folder / "out.mp4")
    commands = [
        ["prepare", *(clips or [made]), *recipe, "-o", data],
        ["train", *recipe, "--data", data, *few, "-o", run],
        ["generate", *recipe, "--checkpoint", run, *few, *said_by_face, "-o", result],
    ]
    if not clips:
        commands.insert(0, ["generate", *said_by_face, "-o", made])  # by the default recipe
    for command in commands:
        print("$ visemix", *command)
        if code := visemix(command):
            return code
    return 0


if __name__ == "__main__":
    folder, *clips = sys.argv[1:] or ["trained"]
    sys.exit(main(Path(folder), clips))
