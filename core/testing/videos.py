"""What videos show, for tests that compare them."""

from hashlib import sha256
from pathlib import Path

from visemix.core.media.video_in import VideoReader


def pictures_digest(video: Path) -> str:
    """SHA-256 of a video's pictures: x264 writes flat ones in several ways that look the same."""
    digest = sha256()
    with VideoReader(video) as frames:
        for _, picture in frames:
            digest.update(picture.tobytes())
    return digest.hexdigest()
