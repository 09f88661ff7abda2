"""Material for tests of refiners' training: the sample person, drawn by the sample renderer."""

from collections.abc import Sequence
from typing import Any, cast

from visemix.core.pipeline import Parts
from visemix.core.testing.sample_face_model import SampleFaceModel
from visemix.core.testing.sample_renderer import SampleRenderer
from visemix.core.testing.samples import SamplePlan, sample_features, sample_subject
from visemix.core.training.dataset import Dataset, Example
from visemix.core.training.material import Critic, Material


def sample_material(
    plan: SamplePlan | None = None, maps: Sequence[str] = (), critics: Sequence[Critic] = ()
) -> Material:
    """One clip of the sample person, 128 x 128 px, with parts that can draw it and nothing else.

    Args:
        plan: the person; 75 frames if not given.
        maps: maps that the renderer makes.
        critics: discriminators of the recipe.
    """
    plan = plan or SamplePlan()
    subject = sample_subject(plan)
    features = sample_features("mfcc", (plan.frames, 28, 12), plan.fps)
    masks = tuple(name for name in maps if name == "eye_attention")
    unused = cast(Any, None)
    parts = Parts(
        tracker=unused,
        audio_encoder=unused,
        attribute_model=unused,
        matcher=unused,
        face_model=SampleFaceModel(subject.fit.attributes, masks),
        renderer=SampleRenderer(maps),
        refiner=unused,
    )
    return Material(Dataset([Example(subject, features)]), parts, critics)
