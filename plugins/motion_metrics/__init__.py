"""Metrics of how lips, eyes and head move."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import Metric


@hookimpl
def visemix_metrics() -> dict[str, type[Metric]]:
    """Eleven of them; see the manifest."""
    from visemix.plugins.motion_metrics.audio_pose import AudioPose
    from visemix.plugins.motion_metrics.blinking import BlinkDuration, BlinkRate
    from visemix.plugins.motion_metrics.head_motion import HeadSimilarity, Jitter, PoseError
    from visemix.plugins.motion_metrics.lips import LipGap, Lmd, MouthDistance
    from visemix.plugins.motion_metrics.personalisation import (
        BlinkPersonalisation,
        PosePersonalisation,
    )

    return {
        "lmd": Lmd,
        "lip-gap": LipGap,
        "mouth-distance": MouthDistance,
        "blink-rate": BlinkRate,
        "blink-duration": BlinkDuration,
        "hs": HeadSimilarity,
        "pose-error": PoseError,
        "jitter": Jitter,
        "audio-pose": AudioPose,
        "personalisation-pose": PosePersonalisation,
        "personalisation-blink": BlinkPersonalisation,
    }
