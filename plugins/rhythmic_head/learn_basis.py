"""Learn the basis ``lmk-pca-20`` from prepared clips.

    python -m visemix.plugins.rhythmic_head.learn_basis CLIPS... -o FILE.safetensors

CLIPS are folders that ``visemix prepare`` wrote, or folders of those. Name the file in a recipe as
``basis_file`` of the parts that know this basis. The file that ships with the package was made like
this from a public address and 27 utterances of GRID (core/fitting/NOTICE.md).
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from visemix.core.errors import DatasetError
from visemix.core.fitting.landmark_pca import (
    COMPONENTS,
    LandmarkPca,
    fit_landmark_pca,
    points_68,
)
from visemix.core.fitting.landmarks_68 import (
    EYES,
    LIPS_INNER,
    LIPS_OUTER,
    POINTS,
    inter_ocular,
    landmarks_68,
)
from visemix.core.subjects.folder import load_subject
from visemix.core.testing.head import sample_head

LIP_WEIGHT, EYE_WEIGHT, DEPTH_WEIGHT = 2.0, 1.5, 0.3


def start() -> LandmarkPca:
    """The canonical face, which does not move; gives origin, size and metric."""
    shape = landmarks_68(sample_head().vertices)
    scale = inter_ocular(shape)
    still = torch.zeros(COMPONENTS, POINTS, 3)
    return LandmarkPca(shape / scale, still, metric(), torch.zeros(COMPONENTS), scale.reshape(1))


def metric() -> Tensor:
    """[68, 3] weight of every coordinate: lips and eyes are looked at, depth is a guess."""
    weight = torch.ones(POINTS, 3)
    weight[list(LIPS_OUTER + LIPS_INNER)] = LIP_WEIGHT
    weight[list(EYES[0] + EYES[1])] = EYE_WEIGHT
    weight[:, 2] *= DEPTH_WEIGHT
    return weight


def read_clips(folders: Sequence[Path]) -> list[Tensor]:
    """Landmarks [T, 68, 3] of every prepared clip below ``folders``, frames with a face only.

    Raises:
        DatasetError: there is none.
    """
    found = sorted({file.parent for folder in folders for file in folder.glob("**/subject.json")})
    if not found:
        do = "make some with 'visemix prepare VIDEO ... -o DIR'"
        raise DatasetError("they hold no prepared clip", where=folders[0], do=do)
    tracks = [load_subject(folder).track for folder in found]
    return [points_68(track)[track.found] for track in tracks]


def main() -> None:
    """Read the command line, learn, write."""
    parser = argparse.ArgumentParser(description="Learn the basis lmk-pca-20.")
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("-o", "--output", required=True, type=Path)
    arguments = parser.parse_args()
    fit_landmark_pca(read_clips(arguments.clips), start()).save(arguments.output)


if __name__ == "__main__":
    main()
