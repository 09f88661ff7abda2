"""NoMesh and Blank: systems without a mesh pass through the same pipeline."""

from pathlib import Path

import attrs
import pytest
import torch

from visemix.core.interfaces import Renderer
from visemix.core.statistics import attribute_statistics
from visemix.core.subjects.folder import load_subject, save_subject
from visemix.core.testing.samples import sample_subject
from visemix.core.timeline import length
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.subject import Subject
from visemix.plugins.null_parts.blank import Blank
from visemix.plugins.null_parts.no_mesh import NoMesh
from visemix.plugins.rasterizer_cpu.renderer import RasterizerCpu, RasterizerReference


@pytest.fixture(scope="module")
def subject() -> Subject:
    person = sample_subject()
    fit = NoMesh().fit(person.track)
    return attrs.evolve(person, fit=fit, statistics=attribute_statistics(fit, person.track))


@pytest.mark.parametrize("renderer", [Blank(), RasterizerCpu(), RasterizerReference()])
def test_every_renderer_draws_nothing(renderer: Renderer, subject: Subject) -> None:
    latent = FaceAttributes(25.0, latent=torch.zeros(4, 3))
    drawn = renderer.render(NoMesh().geometry(latent, subject))
    crop = subject.track.crop
    assert length(drawn) == 4
    assert drawn.alpha.shape == (4, 1, crop.height, crop.width)
    assert not drawn.alpha.any()
    assert not drawn.rgb.any()
    torch.testing.assert_close(drawn.crop, crop.matrix.expand(4, 2, 3))


def test_blinks_and_action_units_are_the_track_s(subject: Subject) -> None:
    seen = subject.fit.attributes
    assert seen.expression is None and seen.pose is None
    assert seen.blink is subject.track.blink
    assert seen.action_units is subject.track.action_units


def test_such_a_subject_can_be_stored(subject: Subject, tmp_path: Path) -> None:
    save_subject(subject, tmp_path / "a")
    again = load_subject(tmp_path / "a")
    assert again.fit.neutral.shape == (0, 3)
    assert again.fit.attributes.blink is not None
    assert torch.equal(again.fit.attributes.blink, subject.track.blink)
    assert again.statistics.expression_mean.shape == (0,)
