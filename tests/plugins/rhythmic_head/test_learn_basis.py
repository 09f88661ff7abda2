"""The command that fits a landmark basis to prepared clips."""

from pathlib import Path

import pytest
import torch

from visemix.core.errors import DatasetError
from visemix.core.fitting.landmark_pca import LandmarkPca, frontalise, landmark_pca, points_68
from visemix.core.fitting.landmarks_68 import inter_ocular
from visemix.core.testing.samples import sample_subject
from visemix.plugins.rhythmic_head.learn_basis import main, read_clips, start


def test_a_basis_of_ones_own_clips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sample_subject().save(tmp_path / "data" / "a")
    file = tmp_path / "own.safetensors"
    monkeypatch.setattr("sys.argv", ["learn_basis", str(tmp_path / "data"), "-o", str(file)])
    main()
    own = LandmarkPca.load(file)
    track = sample_subject().track
    shape = frontalise(points_68(track)[track.found], own.mean, own.scale).shape
    missed = [
        (shape - pca.landmarks(pca.coefficients(shape))).square().mean().sqrt()
        for pca in (own, landmark_pca())
    ]
    assert missed[0] < 0.5 * missed[1], "the person's own basis knows them better"
    assert own.spread[0] == 1 and torch.equal(own.metric, start().metric)


def test_it_starts_from_the_canonical_face() -> None:
    assert float(inter_ocular(start().mean)) == pytest.approx(1)
    assert float(start().scale) == pytest.approx(0.636, abs=0.01)
    assert not start().components.any()


def test_there_must_be_clips(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no prepared clip"):
        read_clips([tmp_path])
