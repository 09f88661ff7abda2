"""Speech features: what an attribute model hears of the sound."""

from visemix.core.hooks import hookimpl
from visemix.core.interfaces import AudioEncoder


@hookimpl
def visemix_audio_encoders() -> dict[str, type[AudioEncoder]]:
    """Four encoders."""
    from visemix.plugins.speech_features.deepspeech import DeepSpeech
    from visemix.plugins.speech_features.mfcc import Mfcc
    from visemix.plugins.speech_features.moonshine import Moonshine
    from visemix.plugins.speech_features.raw_windows import RawWindows

    return {
        "moonshine": Moonshine,
        "mfcc": Mfcc,
        "raw-windows": RawWindows,
        "deepspeech": DeepSpeech,
    }
