"""Yi et al.: recurrent networks from speech to expression and head pose, with blinks."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import AttributeModel


@hookimpl
def visemix_attribute_models() -> dict[str, type[AttributeModel]]:
    """The attribute model this plugin offers."""
    from visemix.plugins.lstm_pose.model import LstmPose

    return {"lstm-pose": LstmPose}
