"""Learn the listener from prepared clips.

    python -m visemix.plugins.sync_metrics.learn_listener SUBJECT... -o FILE

Each SUBJECT is a folder that ``visemix prepare`` wrote, of a clip with its own sound.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import save_file

from visemix.core.errors import DatasetError
from visemix.core.subjects.folder import load_subject
from visemix.core.sync_check import Listener, lip_distances
from visemix.core.values.subject import Subject
from visemix.plugins.sync_metrics.listening import PENALTY, even, steady_windows, syllables

NOTICE = (
    "Learned from ten utterances of ten speakers of the GRID audiovisual sentence corpus (Cooke, "
    "Barker, Cunningham, Shao 2006, CC BY 4.0): a linear map from sound to distances of lips."
)


def learn(subjects: Sequence[Subject]) -> Listener:
    """One regression for all; every clip counts as long as it is.

    Raises:
        DatasetError: a clip has no sound.
    """
    heard, seen = [], []
    for subject in subjects:
        if subject.audio is None:
            raise DatasetError("it has no sound", where=subject.name, do="leave it out")
        frames = len(subject.track.found)
        heard.append(steady_windows(subject.audio, frames, subject.fps))
        seen.append(even(syllables(lip_distances(subject.track.landmarks), subject.fps)))
    return Listener.learn(torch.cat(heard), torch.cat(seen), PENALTY)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the script."""
    parser = argparse.ArgumentParser(description="Learn the listener from prepared clips.")
    parser.add_argument("subjects", nargs="+", type=Path)
    parser.add_argument("-o", "--output", required=True, type=Path)
    asked = parser.parse_args(arguments)
    made = learn([load_subject(folder) for folder in asked.subjects])
    tensors = {"middle": made.middle, "spread": made.spread, "weights": made.weights.contiguous()}
    save_file(tensors, asked.output, {"notice": NOTICE})


if __name__ == "__main__":
    main()
