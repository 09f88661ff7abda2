"""Make the packaged weights from a prepared dataset.

    visemix prepare CLIPS... -o DATASET
    visemix train --data DATASET --stage general --set attribute_model.weights=none -o RUN
    python -m visemix.plugins.lstm_pose.learn_general RUN -o FILE

The last step stores the matrices of the trained weights as float16.
"""

import argparse
from pathlib import Path

import torch
from safetensors.torch import save_file

from visemix.core.training.checkpoint import read_tensors
from visemix.core.training.session import WEIGHTS


def shorten(run: Path, file: Path) -> None:
    """Write the attribute model's weights of ``run`` into ``file``, matrices as float16.

    Raises:
        CheckpointError: the run has none.
    """
    weights = read_tensors(run / WEIGHTS / "attribute_model.safetensors")
    short = {name: value.half() if value.ndim > 1 else value for name, value in weights.items()}
    if any(not bool(torch.isfinite(value).all()) for value in short.values()):
        raise OverflowError("a weight is too large for float16")
    save_file(short, file)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=shorten.__doc__)
    parser.add_argument("run", type=Path, help="folder that 'visemix train' wrote")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the file to write")
    args = parser.parse_args()
    shorten(args.run, args.output)


if __name__ == "__main__":
    main()
