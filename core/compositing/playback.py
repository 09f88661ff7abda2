"""Which frames of a reference may follow one another behind a face."""

import torch
from torch import Tensor

from visemix.core.errors import SubjectError
from visemix.core.values.attributes import Sources
from visemix.core.values.subject import Subject
from visemix.core.values.track import Track


def stretches(track: Track) -> list[range]:
    """Runs of frames that show the face, in one shot each; nothing may be blended across them.

    >>> import torch
    >>> from visemix.core.testing.samples import sample_subject
    >>> stretches(sample_subject().track)
    [range(0, 40), range(43, 75)]
    """
    runs: list[range] = []
    pairs = zip(track.found.tolist(), track.cut.tolist(), strict=True)
    for frame, (found, cut) in enumerate(pairs):
        if not found:
            continue
        if runs and runs[-1].stop == frame and not cut:
            runs[-1] = range(runs[-1].start, frame + 1)
        else:
            runs.append(range(frame, frame + 1))
    return runs


def longest_stretch(subject: Subject) -> range:
    """The longest run of frames of one shot that show the face; the first of equally long ones.

    Raises:
        SubjectError: the face is not seen at all.
    """
    return max(_seen(subject), key=len)


def first_seen(subject: Subject) -> int:
    """The first frame that shows the face.

    Raises:
        SubjectError: the face is not seen at all.
    """
    return _seen(subject)[0].start


def _seen(subject: Subject) -> list[range]:
    runs = stretches(subject.track)
    if not runs:
        do = "prepare it again from a reference that shows the face"
        raise SubjectError("no frame shows the face", where=subject.name, do=do)
    return runs


def back_and_forth(places: Tensor, count: int) -> Tensor:
    """Frames of a clip of ``count`` that is played to its end, back to its start, and so on.

    Args:
        places: [T] int64, frames since the beginning, from 0.
        count: frames of the clip.

    >>> back_and_forth(torch.arange(8), 4).tolist()
    [0, 1, 2, 3, 2, 1, 0, 1]
    """
    period = max(2 * (count - 1), 1)
    place = places % period
    return torch.minimum(place, period - place).clamp(max=count - 1)


def one_each(index: Tensor) -> Sources:
    """Sources that name one frame each.

    Args:
        index: [T] int64.
    """
    return Sources(index[:, None].contiguous(), torch.ones(len(index), 1))
