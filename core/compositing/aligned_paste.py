"""AlignedPaste: aligned pictures of one person, as they are or back in the reference frames."""

import attrs
import torch
from torch import Tensor

from visemix.core.compositing.paste import PasteBack, heaviest
from visemix.core.compositing.playback import first_seen
from visemix.core.errors import InvalidValue
from visemix.core.subjects.alignment import Aligned
from visemix.core.timeline import length
from visemix.core.values.frames import Frames
from visemix.core.values.rendering import Rendering, Shot
from visemix.core.values.subject import Subject

RIM = 0.1
"""Share of the width: what is blended seamlessly must not reach the rim of the picture."""

PASTES = {"aligned": "crop", "feather": "feather", "seamless": "seamless"}
"""What a person chooses -> mode of core.compositing.paste."""


def known_paste(paste: str) -> str:
    """The same choice.

    Raises:
        InvalidValue: there is no such choice.
    """
    if paste not in PASTES:
        raise InvalidValue(f"expected {' or '.join(PASTES)}, got {paste!r}", where="paste")
    return paste


class AlignedPaste:
    """Puts aligned pictures back where the faces of the reference are.

    Args:
        subject: whose pictures.
        aligned: how they are aligned.
        paste: "aligned" gives them as they are, "feather" and "seamless" put them back.

    Attributes:
        still: [3, H, W] uint8, the person: the first reference frame that shows the face.

    Raises:
        SubjectError: the face is not seen in any frame.
        InvalidValue: an unknown ``paste``.
    """

    def __init__(self, subject: Subject, aligned: Aligned, paste: str) -> None:
        first = first_seen(subject)
        self._aligned = aligned
        self._crops = aligned.crops(subject.track)
        self._paste = PasteBack(subject, PASTES[known_paste(paste)])
        picture = torch.tensor(aligned.picture(subject.frames[first], self._crops[first]))
        self.still = picture.permute(2, 0, 1)

    def paste(self, made: Tensor, shot: Shot) -> Frames:
        """Pictures [T, 3, H, W] uint8, as they are or in the matched reference frames."""
        crops = self._crops[heaviest(shot.match.base)]
        return self._paste.paste(made, self._drawn(shot, crops))

    def _drawn(self, shot: Shot, crops: Tensor) -> Shot:
        """The shot as if the aligned pictures had been drawn, all but their rims."""
        count, height, width = length(shot), self._aligned.height, self._aligned.width
        inner = torch.zeros(1, 1, height, width)
        rim = round(RIM * width)
        inner[..., rim : height - rim, rim : width - rim] = 1
        drawn = Rendering(
            rgb=torch.zeros(count, 3, 0, 0),
            alpha=inner.expand(count, 1, height, width),
            crop=crops,
            fps=shot.rendering.fps,
        )
        return attrs.evolve(shot, rendering=drawn)
