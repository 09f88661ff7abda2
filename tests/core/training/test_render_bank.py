"""A bank holds the renders of the true attributes beside the real pictures, frame by frame."""

import attrs
import pytest
import torch

from visemix.core.errors import TrainingError
from visemix.core.subjects.cropped import crop_picture
from visemix.core.testing.sample_material import sample_material
from visemix.core.testing.sample_renderer import SampleRenderer
from visemix.core.testing.samples import SamplePlan
from visemix.core.training import render_bank as module
from visemix.core.training.render_bank import RenderBank, render_bank
from visemix.core.values.geometry import FaceGeometry
from visemix.core.values.rendering import Crop, Rendering

MATERIAL = sample_material(SamplePlan(frames=20), maps=["eye_attention"])


@pytest.fixture(scope="module")
def bank() -> RenderBank:
    return render_bank(MATERIAL.examples[0], MATERIAL.need_parts(), ["eye_attention"])


def test_render_and_picture_show_the_same_face(bank: RenderBank) -> None:
    assert bank.real.shape == bank.rgb.shape == (20, 3, 128, 128)
    assert bank.alpha.shape == bank.maps["eye_attention"].shape == (20, 1, 128, 128)
    subject = MATERIAL.examples[0].subject
    left = subject.track.crop.matrix[:, 2].neg().long().tolist()
    picture = torch.tensor(subject.frames[7])[left[1] :, left[0] :][:128, :128]
    assert torch.equal(bank.real[7].permute(1, 2, 0), picture)
    # Where the mesh covers the crop, the drawn head is brighter than what is behind it.
    inside = bank.alpha[7, 0] == 255
    assert 0.1 < inside.float().mean() < 0.9
    marks = (subject.track.landmarks[7, :468, :2] - torch.tensor(left)).long()
    assert inside[marks[:, 1], marks[:, 0]].float().mean() > 0.9


def test_a_large_bank_lives_in_a_file_and_is_the_same(
    bank: RenderBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IN_MEMORY", 1000)
    again = render_bank(MATERIAL.examples[0], MATERIAL.need_parts(), ["eye_attention"])
    for name in ("real", "rgb", "alpha"):
        assert torch.equal(getattr(again, name), getattr(bank, name))


def test_missing_maps_and_unshaded_renders_are_refused() -> None:
    parts = MATERIAL.need_parts()
    with pytest.raises(TrainingError, match="does not make the map 'normals'"):
        render_bank(MATERIAL.examples[0], parts, ["normals"])

    class Unshaded(SampleRenderer):
        def render(self, geometry: FaceGeometry) -> Rendering:
            made = super().render(geometry)
            return attrs.evolve(made, rgb=made.rgb[..., :0, :0])

    with pytest.raises(TrainingError, match="makes no picture"):
        render_bank(MATERIAL.examples[0], attrs.evolve(parts, renderer=Unshaded()))


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_a_crop_shows_what_its_matrix_says(scale: float) -> None:
    rows, columns = torch.meshgrid(torch.arange(60.0), torch.arange(80.0), indexing="ij")
    picture = torch.stack((2 * columns, 2 * rows, rows + columns), -1).to(torch.uint8).numpy()
    size = round(32 * scale)
    for left in (10.0, 10.25):  # a plain slice, and one between pixels
        matrix = torch.tensor([[scale, 0, -left * scale], [0, scale, -8 * scale]])
        made = torch.tensor(crop_picture(picture, Crop(matrix, size, size))).float()
        middle = size // 2
        there = (torch.tensor([middle + 0.5, middle + 0.5]) - matrix[:, 2]) / scale - 0.5
        assert made[middle, middle, :2].tolist() == pytest.approx((2 * there).tolist(), abs=1.1)


def test_beyond_the_frame_the_rim_is_repeated() -> None:
    picture = torch.full((10, 10, 3), 7, dtype=torch.uint8).numpy()
    made = crop_picture(picture, Crop(torch.tensor([[1.0, 0, 5], [0, 1.0, 5]]), 20, 20))
    assert (made == 7).all()
