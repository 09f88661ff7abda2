"""Other systems' head motion in the default recipe, which moves real pictures of the person."""

from pathlib import Path

import attrs
import pytest
import torch

from visemix.core.pipeline import Parts, Settings, attributes_of
from visemix.core.statistics import attribute_statistics
from visemix.core.talking import Pipeline
from visemix.core.testing.samples import SamplePlan, sample_speech, sample_subject
from visemix.core.training.stage import Trainable
from visemix.core.values.pose import PoseConvention
from visemix.core.values.subject import Subject
from visemix.registry.build import build

SECONDS = 0.4
LEARNED = (
    *("head_motion.part=rhythmic-head-motion", "head_motion.features=[moonshine]"),
    *("head_motion.width=576", "head_motion.rows=9", "head_motion.narrow=4"),
    *("head_motion.channels=8", "head_motion.encoded=4", "head_motion.base=24"),
)


def parts_with(*sets: str) -> Parts:
    """The default recipe with a head motion; what has learned nothing counts as learned."""
    parts = build("default", [*sets, "matcher.follow=attributes"]).parts
    if isinstance(parts.head_motion, Trainable):
        parts.head_motion.load_weights(parts.head_motion.weights())
    return parts


def person_of(parts: Parts) -> Subject:
    person = sample_subject(SamplePlan(frames=50))
    fit = parts.face_model.fit(person.track, person.frames, parts.renderer)
    return attrs.evolve(person, fit=fit, statistics=attribute_statistics(fit, person.track))


def angles(parts: Parts, subject: Subject) -> torch.Tensor:
    """[T, 3] degrees that the head is wanted to turn by."""
    done = attributes_of(parts, [sample_speech(SECONDS)], subject, 0)
    poses = [block.pose for block in done]
    return torch.cat([p.to(PoseConvention.EULER_DEG_ORTHO).rotation for p in poses if p])


def test_a_learned_head_motion_drives_the_default_recipe() -> None:
    parts = parts_with(*LEARNED)
    subject = person_of(parts)
    own = angles(attrs.evolve(parts, head_motion=None), subject)
    other = angles(parts, subject)
    assert own.shape == other.shape == (10, 3)
    assert float((own - other).abs().mean()) > 0.1
    blocks = list(Pipeline(parts, Settings(fps=25)).stream([sample_speech(SECONDS)], subject))
    rgb = torch.cat([block.rgb for block in blocks])
    assert rgb.shape == (10, 3, subject.frames.height, subject.frames.width)


@pytest.mark.parametrize("yaw", [-8.0, 8.0])
def test_a_table_of_poses_drives_the_default_recipe(yaw: float, tmp_path: Path) -> None:
    table = tmp_path / "poses.csv"
    table.write_text(f"pitch,yaw,roll\n0,{yaw},0\n")
    parts = parts_with("head_motion.part=pose-file", f"head_motion.file={table}")
    subject = person_of(parts)
    wanted = torch.tensor([0.0, yaw, 0.0]).expand(10, 3)
    torch.testing.assert_close(angles(parts, subject), wanted, atol=0.01, rtol=0)
