"""Rhythmic head motion: learners of expression and motion, 3D-aware module, few-shot generator."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import FaceModel, ReferenceMatcher, Refiner


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
