"""Yi et al.: recurrent networks from speech to expression and head pose, with blinks."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import AttributeModel, ReferenceMatcher, Refiner


@hookimpl
def visemix_attribute_models() -> dict[str, type[AttributeModel]]:
    """The attribute model this plugin offers."""
    from visemix.plugins.lstm_pose.model import LstmPose

    return {"lstm-pose": LstmPose}


@hookimpl
def visemix_matchers() -> dict[str, type[ReferenceMatcher]]:
    """``background-matcher``."""
    from visemix.plugins.lstm_pose.background_matcher import BackgroundMatcher

    return {"background-matcher": BackgroundMatcher}


@hookimpl
def visemix_refiners() -> dict[str, type[Refiner]]:
    """The refiner this plugin offers."""
    from visemix.plugins.lstm_pose.memory_gan.refiner import MemoryGan

    return {"memory-gan": MemoryGan}
