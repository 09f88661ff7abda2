"""FFmpeg's threads must not call Python: a decoder that is closed meanwhile waits for ever."""

from collections.abc import Callable
from pathlib import Path

import av.logging

from visemix.core.media.video_in import VideoReader


def test_messages_of_ffmpeg_stay_out_of_python(make_video: Callable[..., Path]) -> None:
    """PyAV's log callback takes the interpreter's lock, which the closing thread holds."""
    path = make_video("clip.mkv", [t / 25 for t in range(50)], size=(320, 240))
    data = bytearray(path.read_bytes())
    for place in range(len(data) // 4, len(data), 50):
        data[place] ^= 0xFF
    path.write_bytes(data)
    before = av.logging.get_last_error()[0]
    with VideoReader(path) as video:
        assert len(list(video)) > 0 and video.damaged
    assert av.logging.get_last_error()[0] == before
