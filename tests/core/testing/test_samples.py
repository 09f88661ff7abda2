"""The sample person is a whole and possible one."""

import torch

from visemix.core.fitting.canonical_mesh import canonical_mesh
from visemix.core.measures import eye_aspect_ratio, lip_gap, remove_rigid_motion
from visemix.core.testing.head import sample_head
from visemix.core.testing.sample_face_model import SampleFaceModel
from visemix.core.testing.sample_renderer import SampleRenderer
from visemix.core.testing.samples import LOST, SamplePlan, sample_subject
from visemix.core.timeline import cut
from visemix.plugins.landmark_mesh.model import LandmarkMesh
from visemix.plugins.rasterizer_cpu.renderer import RasterizerCpu


def test_head_is_the_canonical_one() -> None:
    head, canonical = sample_head(), canonical_mesh()
    assert torch.allclose(head.vertices, canonical.vertices)
    assert torch.equal(head.triangles, canonical.triangles)
    assert torch.allclose(head.uv, canonical.uv)


def test_track_sound_and_attributes_tell_one_story() -> None:
    """The mouth opens with the sound, the eyes shut when the blinks say so."""
    subject = sample_subject()
    assert subject.audio is not None and subject.fit.attributes.blink is not None
    gap = lip_gap(remove_rigid_motion(subject.track.landmarks, subject.track.landmarks[0]))
    loudness = subject.audio.samples.reshape(75, -1).square().mean(1).sqrt()
    seen = subject.track.found
    together = torch.stack((gap, loudness))[:, seen]
    assert float(torch.corrcoef(together)[0, 1]) > 0.8
    shut = subject.fit.attributes.blink > 4
    ratio = eye_aspect_ratio(subject.track.landmarks)
    assert float(ratio[shut].max()) < 0.5 * float(ratio[~shut].min())
    assert not seen[list(LOST)].any()
    assert subject.statistics.blinks_per_s * 3 == 2


def test_a_real_face_model_reads_what_was_put_in() -> None:
    subject = sample_subject()
    fit = LandmarkMesh().fit(subject.track)
    assert fit.error_px < 0.3
    read, put = fit.attributes.pose, subject.fit.attributes.pose
    assert read is not None and put is not None
    assert float((read.rotation - put.rotation)[subject.track.found].abs().max()) < 1.5


def test_pictures_move_with_the_landmarks() -> None:
    subject = sample_subject()
    still, moved = subject.frames[0], subject.frames[20]
    assert (still.shape, still.dtype.name) == ((160, 192, 3), "uint8")
    assert not still.flags.writeable
    assert (still != moved).any(-1).mean() > 0.05
    x, y = subject.track.landmarks[0, 13, :2].int().tolist()
    assert still[y, x, 0] > still[y, x, 1] + 40  # the upper lip is red


def test_a_photo_is_one_frame() -> None:
    photo = sample_subject(SamplePlan(frames=1))
    assert photo.photo
    assert len(photo.frames) == len(photo.track.found) == 1
    assert photo.audio is None


def test_sample_renderer_draws_what_a_rasterizer_draws() -> None:
    subject = sample_subject()
    attributes = cut(subject.fit.attributes, 20, 22)
    geometry = SampleFaceModel(attributes, ("eyes",)).geometry(attributes, subject)
    maps = ["triangle", "barycentric", "depth", "eyes"]
    made, right = (make(maps=maps).render(geometry) for make in (SampleRenderer, RasterizerCpu))
    same = (made.maps["triangle"] == right.maps["triangle"]) & (right.alpha > 0)
    assert float(same.sum() / right.alpha.sum()) > 0.97  # vertices are snapped to a grid there
    for name, tolerance in (("barycentric", 0.05), ("depth", 0.1), ("eyes", 0.05)):
        error = (made.maps[name] - right.maps[name]).abs() * same
        assert float(error.max()) < tolerance, name
