"""Rhythmic head motion: learners of expression and motion, 3D-aware module, few-shot generator."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import ReferenceMatcher


@hookimpl
def visemix_matchers() -> dict[str, type[ReferenceMatcher]]:
    """The motion matcher."""
    from visemix.plugins.rhythmic_head.matcher import RhythmicMatcher

    return {"rhythmic-matcher": RhythmicMatcher}
