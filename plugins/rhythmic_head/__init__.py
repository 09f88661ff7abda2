"""Rhythmic head motion: learners of expression and motion, 3D-aware module, few-shot generator."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import (
    AttributeModel,
    Discriminator,
    FaceModel,
    HeadMotion,
    ReferenceMatcher,
    Refiner,
)


@hookimpl
def visemix_attribute_models() -> dict[str, type[AttributeModel]]:
    """Ψ."""
    from visemix.plugins.rhythmic_head.expression import RhythmicExpression

    return {"rhythmic-expression": RhythmicExpression}


@hookimpl
def visemix_head_motions() -> dict[str, type[HeadMotion]]:
    """Φ."""
    from visemix.plugins.rhythmic_head.head_motion import RhythmicHeadMotion

    return {"rhythmic-head-motion": RhythmicHeadMotion}


@hookimpl
def visemix_face_models() -> dict[str, type[FaceModel]]:
    """The 3D-aware module."""
    from visemix.plugins.rhythmic_head.frontal_mesh import FrontalMesh

    return {"rhythmic-frontal-mesh": FrontalMesh}


@hookimpl
def visemix_matchers() -> dict[str, type[ReferenceMatcher]]:
    """The motion matcher."""
    from visemix.plugins.rhythmic_head.matcher import RhythmicMatcher

    return {"rhythmic-matcher": RhythmicMatcher}


@hookimpl
def visemix_refiners() -> dict[str, type[Refiner]]:
    """The few-shot generator."""
    from visemix.plugins.rhythmic_head.generator.refiner import RhythmicGenerator

    return {"rhythmic-generator": RhythmicGenerator}


@hookimpl
def visemix_discriminators() -> dict[str, type[Discriminator]]:
    """The critic of head motion."""
    from visemix.plugins.rhythmic_head.motion_critic import MotionStatistics

    return {"motion-statistics": MotionStatistics}
