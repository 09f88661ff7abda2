from pathlib import Path

import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.errors import CheckpointError, DatasetError
from visemix.core.fitting.alignment import Alignment
from visemix.core.fitting.landmark_pca import (
    BASIS,
    COMPONENTS,
    LandmarkPca,
    fit_landmark_pca,
    frontalise,
    landmark_pca,
    points_68,
)
from visemix.core.fitting.landmarks_68 import STABLE, inter_ocular, mirrored
from visemix.core.rotations import euler_to_matrix
from visemix.core.testing.samples import sample_subject

FRAMES = 60


def moved(shape: Tensor, scale: Tensor, degrees: float = 12.0) -> tuple[Tensor, Alignment]:
    """Shapes [T, 68, 3] under a moving camera, px, and how they were moved."""
    time = torch.arange(len(shape)) / 9
    angles = torch.stack((time.sin(), (0.7 * time).cos(), (1.3 * time).sin()), 1) * degrees
    rotation = euler_to_matrix(angles * torch.pi / 180)
    shift = torch.stack((5 * time.sin(), 3 * time.cos(), 0 * time), 1)
    alignment = Alignment(60 + 2 * time.sin(), rotation, shift)
    return alignment.apply(shape * scale), alignment


def speech(pca: LandmarkPca) -> Tensor:
    """Coefficients [T, E] of a person who talks."""
    noise = torch.randn(FRAMES, COMPONENTS, generator=torch.Generator().manual_seed(0))
    return 0.5 * noise * pca.spread


def test_coefficients_are_the_inverse_of_landmarks() -> None:
    pca = landmark_pca()
    said = speech(pca)
    torch.testing.assert_close(pca.coefficients(pca.landmarks(said)), said, atol=1e-4, rtol=0)
    assert pca.coefficients(pca.mean[None]).abs().max() < 1e-5


def test_the_shipped_basis_is_in_inter_ocular_distances_and_faces_the_viewer() -> None:
    pca = landmark_pca()
    assert pca.components.shape == (int(BASIS.rpartition("-")[2]), 68, 3)
    assert float(inter_ocular(pca.mean)) == pytest.approx(1, abs=0.05)
    torch.testing.assert_close(mirrored(pca.mean), pca.mean, atol=1e-3, rtol=0)
    chin, brow, nose = pca.mean[8], pca.mean[19], pca.mean[30]
    assert chin[1] < nose[1] < brow[1] and nose[2] > brow[2]
    assert pca.spread[0] == 1 and bool((pca.spread.diff() <= 0).all())


def test_the_first_component_of_a_basis_moves_more_than_the_last() -> None:
    pca = landmark_pca()
    size = (pca.components * pca.metric).flatten(1).norm(dim=1)
    torch.testing.assert_close(size, size[:1].expand_as(size), atol=1e-4, rtol=1e-4)


def test_frontalising_takes_the_motion_out() -> None:
    pca = landmark_pca()
    still = pca.mean.expand(FRAMES, -1, -1)
    points, truth = moved(still, pca.scale)
    frontal = frontalise(points, pca.mean, pca.scale)
    torch.testing.assert_close(frontal.shape, still, atol=2e-3, rtol=0)
    torch.testing.assert_close(frontal.alignment.rotation, truth.rotation, atol=2e-3, rtol=0)
    back = pca.camera(frontal.shape, frontal.alignment)
    torch.testing.assert_close(back, points, atol=0.01, rtol=0)


def test_speech_hardly_turns_the_head_that_is_found() -> None:
    pca = landmark_pca()
    said = speech(pca) * (pca.spread > 0.3)
    points, truth = moved(pca.landmarks(said), pca.scale)
    frontal = frontalise(points, pca.mean, pca.scale)
    error = frontal.alignment.rotation - truth.rotation
    assert float(error.std(0).max()) < 0.03
    spoken = pca.coefficients(frontal.shape)
    assert torch.corrcoef(torch.stack((spoken[:, 0], said[:, 0])))[0, 1] > 0.9


def test_the_published_points_are_used() -> None:
    assert len(STABLE) == len(set(STABLE)) == 27
    pca = landmark_pca()
    points, truth = moved(pca.mean.expand(FRAMES, -1, -1), pca.scale)
    points[:, 48:68] += 20 * torch.rand(FRAMES, 20, 3)  # the mouth is none of them
    found = frontalise(points, pca.mean, pca.scale).alignment
    torch.testing.assert_close(found.rotation, truth.rotation, atol=2e-3, rtol=0)


def test_fitting_finds_the_directions_that_made_the_clips() -> None:
    start = landmark_pca()
    clips = [moved(start.landmarks(speech(start) * k), start.scale, 4.0)[0] for k in (1.0, 1.5)]
    fitted = fit_landmark_pca(clips, start, 6)
    assert fitted.components.shape == (6, 68, 3)
    shapes = [frontalise(clip, start.mean, start.scale).shape for clip in clips]
    rows = torch.cat(shapes)
    rest = rows - fitted.landmarks(fitted.coefficients(rows))
    few = rows - fitted.mean
    assert (rest * start.metric).square().mean() < 0.25 * (few * start.metric).square().mean()
    torch.testing.assert_close(mirrored(fitted.mean), fitted.mean, atol=1e-4, rtol=0)


def test_too_few_frames_are_refused() -> None:
    pca = landmark_pca()
    clip = moved(pca.mean.expand(5, -1, -1), pca.scale)[0]
    with pytest.raises(DatasetError, match="5 frames with a face are too few for 20"):
        fit_landmark_pca([clip], pca)


def test_what_no_coefficients_say_is_the_persons_own() -> None:
    pca = landmark_pca()
    own = 0.05 * torch.randn(68, 3, generator=torch.Generator().manual_seed(1))
    shape = pca.landmarks(speech(pca)) + own
    back = pca.landmarks(pca.coefficients(shape)) + pca.beyond(shape)
    torch.testing.assert_close(back, shape, atol=1e-4, rtol=0)


def test_it_is_kept_in_a_file(tmp_path: Path) -> None:
    pca = attrs.evolve(landmark_pca(), mean=landmark_pca().mean + 1)
    pca.save(tmp_path / "own.safetensors")
    read = LandmarkPca.load(tmp_path / "own.safetensors")
    assert torch.equal(read.mean, pca.mean) and torch.equal(read.components, pca.components)
    (tmp_path / "bad.safetensors").write_bytes(b"no")
    for name in ("bad.safetensors", "none.safetensors"):
        with pytest.raises(CheckpointError, match=BASIS):
            LandmarkPca.load(tmp_path / name)


def test_a_track_gives_its_points() -> None:
    track = sample_subject().track
    points = points_68(track)[track.found]
    pca = landmark_pca()
    shape = frontalise(points, pca.mean, pca.scale).shape
    assert points.shape == (72, 68, 3)
    assert float(inter_ocular(shape).mean()) == pytest.approx(1, abs=0.05)
