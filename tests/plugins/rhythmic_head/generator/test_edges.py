"""Edge maps of drawn and of real faces lie where the faces are."""

import attrs
import pytest
import torch
from torch.testing import assert_close

from visemix.core.drawing.landmark_map import draw_landmarks
from visemix.core.errors import InvalidValue, TrainingError
from visemix.core.pipeline import draw
from visemix.core.testing.sample_material import sample_material
from visemix.core.testing.samples import SamplePlan
from visemix.core.training.render_bank import own_frames, render_bank
from visemix.plugins.rhythmic_head.generator.edges import (
    SEEN,
    WANTED,
    seen_edges,
    wanted_edges,
    with_edges,
)

MATERIAL = sample_material(SamplePlan(frames=4))


def test_a_clip_has_both_maps_and_they_agree() -> None:
    example = MATERIAL.examples[0]
    bank = with_edges(render_bank(example, MATERIAL.need_parts()))
    wanted, seen = bank.maps[WANTED], bank.maps[SEEN]
    assert wanted.shape == seen.shape == (4, 1, 128, 128) and wanted.dtype == torch.uint8
    assert torch.equal(wanted, seen), "the sample person's landmarks are those that are drawn"
    assert not torch.equal(wanted[0], wanted[3])
    inside = bank.alpha[wanted > 100] > 0
    assert float(inside.float().mean()) > 0.5


def test_a_clip_without_landmarks_is_refused() -> None:
    bank = render_bank(MATERIAL.examples[0], MATERIAL.need_parts())
    with pytest.raises(TrainingError, match="have no landmarks"):
        with_edges(attrs.evolve(bank, landmarks=None))


def test_the_renderers_own_map_comes_first() -> None:
    subject = MATERIAL.examples[0].subject
    rendering = draw(MATERIAL.need_parts(), own_frames(subject), subject).rendering
    assert rendering.landmarks is not None
    assert_close(wanted_edges(rendering), draw_landmarks(rendering.landmarks, 128, 128))
    own = attrs.evolve(rendering, maps={WANTED: torch.ones(4, 1, 128, 128)})
    assert bool((wanted_edges(own) == 1).all())
    with pytest.raises(InvalidValue, match="face model that gives landmarks"):
        wanted_edges(attrs.evolve(rendering, landmarks=None))


def test_tracked_landmarks_are_drawn_in_any_crop() -> None:
    track = MATERIAL.examples[0].subject.track
    half = attrs.evolve(track.crop, matrix=track.crop.matrix / 2, height=64, width=64)
    small, large = (seen_edges(track, torch.tensor([2]), crop) for crop in (half, track.crop))
    assert small.shape == (1, 1, 64, 64)
    apart = torch.nn.functional.avg_pool2d(large, 2) - small
    assert float(apart.abs().mean()) < 0.5 * float(small.mean())
