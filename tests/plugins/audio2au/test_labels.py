"""Where labels come from."""

from pathlib import Path

import attrs
import pytest
import torch

from visemix.core.errors import DatasetError
from visemix.core.subjects.folder import save_subject
from visemix.core.subjects.openface import OPENFACE
from visemix.core.training.dataset import Example
from visemix.plugins.audio2au.labels import UNITS, intensities, labels_of, occurrence


def test_our_own_estimate_from_1_of_5_on(example: Example) -> None:
    labels = labels_of(example)
    assert not labels.openface
    units = example.subject.track.action_units
    assert torch.equal(labels.present.bool(), units >= 1)
    assert 0 < float(labels.present.mean()) < 1


def test_openface_s_table_in_the_clip_s_folder_comes_first(
    example: Example, tmp_path: Path
) -> None:
    stored = save_subject(example.subject, tmp_path / "clip")
    with_folder = attrs.evolve(example, subject=stored)
    assert not labels_of(with_folder).openface
    head = ", ".join(["frame", "timestamp", "success", *(f"{unit}_c" for unit in UNITS)])
    rows = [f"{k + 1}, {k / 25:.3f}, 1, 1, 0, 0, {k % 2}, 1" for k in range(75)]
    (tmp_path / "clip" / OPENFACE).write_text("\n".join([head, *rows]) + "\n")
    labels = labels_of(with_folder)
    assert labels.openface
    assert labels.present.shape == (75, 5)
    assert labels.present[:, 3].tolist() == [k % 2 for k in range(75)]
    (tmp_path / "clip" / OPENFACE).write_text("nothing\n")
    with pytest.raises(DatasetError, match=r"openface\.csv.*no table of OpenFace"):
        labels_of(with_folder)


def test_how_often_each_occurs() -> None:
    labels = [torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([[0.0, 0.0], [1.0, 0.0]])]
    assert occurrence(labels).tolist() == [0.75, 0.0]


def test_probabilities_as_intensities() -> None:
    found = intensities(torch.tensor([-30.0, 0.0, 30.0])).tolist()
    assert found == pytest.approx([0, 2.5, 5])
