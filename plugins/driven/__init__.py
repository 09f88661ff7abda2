"""Motion that is not predicted: from a file of poses, or from other clips."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import AttributeModel, HeadMotion


@hookimpl
def visemix_attribute_models() -> dict[str, type[AttributeModel]]:
    """``clip-attributes``."""
    from visemix.plugins.driven.clip_attributes import ClipAttributes

    return {"clip-attributes": ClipAttributes}


@hookimpl
def visemix_head_motions() -> dict[str, type[HeadMotion]]:
    """``pose-file`` and ``clip-pose``."""
    from visemix.plugins.driven.clip_pose import ClipPose
    from visemix.plugins.driven.pose_file import PoseFile

    return {"pose-file": PoseFile, "clip-pose": ClipPose}
