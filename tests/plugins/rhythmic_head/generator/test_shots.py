"""What the generator is shown when a video is made."""

import attrs
import pytest
import torch
from torch.testing import assert_close

from visemix.core.compositing.playback import one_each
from visemix.core.errors import InvalidValue
from visemix.core.pipeline import draw
from visemix.core.subjects.few_frames import few_frames
from visemix.core.testing.sample_material import sample_material
from visemix.core.testing.samples import SamplePlan
from visemix.core.training.frame_batch import signed
from visemix.core.training.render_bank import own_frames, render_bank
from visemix.core.values.attributes import Sources
from visemix.core.values.rendering import Shot
from visemix.plugins.rhythmic_head.generator.edges import SEEN, with_edges
from visemix.plugins.rhythmic_head.generator.shots import KEPT, Pictures, known_of, scene_of

CPU = torch.device("cpu")
MATERIAL = sample_material(SamplePlan(frames=8))
SUBJECT = MATERIAL.examples[0].subject
BANK = with_edges(render_bank(MATERIAL.examples[0], MATERIAL.need_parts()))


def shot() -> Shot:
    return draw(MATERIAL.need_parts(), own_frames(SUBJECT), SUBJECT)


def test_the_references_are_those_of_training() -> None:
    known = known_of(Pictures(SUBJECT), 3, CPU)
    few = few_frames(SUBJECT, 3)
    assert_close(known.pictures[0], signed(BANK.real[few]))
    assert_close(known.landmarks[0], BANK.maps[SEEN][few].float() / 255)


def test_a_clip_has_no_more_references_than_frames() -> None:
    assert known_of(Pictures(SUBJECT), 99, CPU).pictures.shape[1] == 8


def test_a_scene_is_that_of_training() -> None:
    scene = scene_of(shot(), Pictures(SUBJECT), CPU)
    assert_close(scene.render, signed(BANK.rgb), atol=0.01, rtol=0)
    assert_close(scene.landmarks, BANK.maps["landmarks"].float() / 255)
    assert_close(scene.matched, signed(BANK.real))  # own_frames matches each with itself
    assert_close(scene.matched_landmarks, BANK.maps[SEEN].float() / 255)


def test_the_face_is_matched_before_the_base() -> None:
    given = shot()
    face = Sources(torch.tensor([[1, 5]] * 8), torch.tensor([[0.2, 0.8]] * 8))
    match = attrs.evolve(given.match, base=one_each(torch.zeros(8, dtype=torch.int64)), face=face)
    scene = scene_of(attrs.evolve(given, match=match), Pictures(SUBJECT), CPU)
    assert_close(scene.matched, signed(BANK.real[[5] * 8]))


def test_a_renderer_without_pictures_is_refused() -> None:
    given = shot()
    empty = attrs.evolve(given.rendering, rgb=torch.zeros(8, 3, 0, 0))
    with pytest.raises(InvalidValue, match="makes no picture"):
        scene_of(attrs.evolve(given, rendering=empty), Pictures(SUBJECT), CPU)


def test_only_so_many_crops_are_kept() -> None:
    pictures = Pictures(SUBJECT)
    crop = SUBJECT.track.crop
    for k in range(KEPT + 9):
        moved = attrs.evolve(crop, matrix=crop.matrix + 0.01 * k)
        pictures.of(k % 8, moved)
    assert pictures.count == KEPT
