"""Opens a media file by its content and says plainly why it cannot be opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition
from av.video.stream import VideoStream

from visemix.core.errors import MediaError

# A truncated file whose index is at its front opens well and ends too soon; only these
# containers promise a size that can be held against the file before anything is decoded.
_INDEXED = "mov,mp4,m4a,3gp,3g2,mj2"


class _Content:
    """A file without a name, so that FFmpeg judges what is in it and not what it is called."""

    name = ""

    def __init__(self, file: BufferedReader) -> None:
        self.read, self.seek, self.tell = file.read, file.seek, file.tell


@contextmanager
def open_media(path: str | Path) -> Iterator[InputContainer]:
    """A file opened for reading, whatever its extension says.

    Raises:
        MediaError: missing, a folder, empty, not media, or cut short.
    """
    with _open_file(Path(path)) as file:
        _refuse_cut_wave(file, path)
        with _open_container(file, path) as container:
            if not any(stream.codec_context for stream in container.streams):
                raise _unreadable(path)
            _refuse_cut_index(container, path)
            yield container


def _open_file(path: Path) -> BufferedReader:
    try:
        file = path.open("rb")
    except IsADirectoryError:
        raise MediaError(
            "it is a folder, not a file", where=path, do="name a file inside it"
        ) from None
    except FileNotFoundError:
        raise MediaError("there is no such file", where=path, do="check the path") from None
    except OSError as error:
        reason = error.strerror or "the system refused"
        raise MediaError(
            f"it cannot be opened: {reason}", where=path, do="check its permissions"
        ) from None
    if not file.peek(1):
        file.close()
        raise MediaError("the file is empty", where=path, do="copy it again from its source")
    return file


def _open_container(file: BufferedReader, path: str | Path) -> InputContainer:
    # No protocols: a playlist must not make us open other files or the network.
    try:
        container = av.open(
            _Content(file),
            options={"protocol_whitelist": "none"},
            buffer_size=1 << 20,
            metadata_errors="replace",
        )
    except (FFmpegError, ValueError):
        raise _unreadable(path) from None
    assert isinstance(container, InputContainer)
    return container


def _unreadable(path: str | Path) -> MediaError:
    what = "it is not audio, video or a photo, or it is damaged or cut short"
    return MediaError(what, where=path, do="give a file that a media player opens")


def _refuse_cut_wave(file: BufferedReader, path: str | Path) -> None:
    head = file.peek(12)[:12]
    promised = int.from_bytes(head[4:8], "little")
    if head[:4] != b"RIFF" or promised in (0, 0xFFFFFFFF):  # written to a pipe: size unknown
        return
    _refuse_cut(promised, Path(path).stat().st_size - 8, path)


def _refuse_cut_index(container: InputContainer, path: str | Path) -> None:
    if container.format.name != _INDEXED:
        return
    for stream in (*container.streams.video, *container.streams.audio):
        promised = max((e.pos + e.size for e in stream.index_entries), default=0)
        _refuse_cut(promised, container.size, path)


def _refuse_cut(promised: int, there: int, path: str | Path) -> None:
    if promised > there + 1024:  # some writers count their header or padding wrongly
        raise MediaError(
            f"it is cut short: {there / max(promised, 1):.0%} of what its header promises is there",
            where=path,
            do="copy it again from its source",
        )


def video_stream(container: InputContainer) -> VideoStream | None:
    """The video track; a cover picture inside a sound file is none."""
    tracks = container.streams.video
    covers = Disposition.attached_pic
    return next((s for s in tracks if s.codec_context and not s.disposition & covers), None)


def audio_stream(container: InputContainer) -> AudioStream | None:
    """The first audio track that can be decoded."""
    return next((s for s in container.streams.audio if s.codec_context), None)


def start_s(stream: VideoStream | AudioStream | None) -> float:
    """When a track starts, on the file's own clock."""
    if stream is None or stream.start_time is None or stream.time_base is None:
        return 0.0
    return float(stream.start_time * stream.time_base)


def origin_s(container: InputContainer) -> float:
    """The file's time zero: where the earlier of its video and audio tracks starts.

    Both readers count from here, so what was in sync in the file stays in sync.
    """
    tracks = (video_stream(container), audio_stream(container))
    return min((start_s(track) for track in tracks if track is not None), default=0.0)


def duration_s(stream: VideoStream | AudioStream) -> float | None:
    """Length that the header gives for a track, seconds."""
    if stream.duration is None or stream.time_base is None or stream.duration <= 0:
        return None
    return float(stream.duration * stream.time_base)
