"""Which other frames of a clip are shown beside an example: the references of few-shot refiners."""

import attrs
import torch
from torch import Tensor

from visemix.core.training.frame_batch import References
from visemix.core.training.render_bank import RenderBank


@attrs.frozen
class FewShot:
    """How references are drawn.

    Attributes:
        count: R per example; 0 for none.
        share: the first share of the clip that they come from; Chen et al. (rhythmic head motion)
            released 0.25.
        gap: frames to the nearest target that they keep where the clip has such, so that they do
            not show nearly what is to be made.
        maps: which of the clip's maps they have; none if empty.
    """

    count: int = 0
    share: float = 1.0
    gap: int = 0
    maps: tuple[str, ...] = ()


def chosen_references(
    bank: RenderBank, targets: range, few: FewShot, dice: torch.Generator
) -> Tensor:
    """[R] int64, frames in which the face was found, but no target; again the same if too few.

    Args:
        bank: the clip.
        targets: frames that are to be made.
        few: how they are drawn.
        dice: of the example.
    """
    frames = bank.found.nonzero().flatten()
    among = frames[: max(round(few.share * len(frames)), 1)]
    for gap in (few.gap, 0):
        away = among[(among < targets[0] - gap) | (among > targets[-1] + gap)]
        if len(away):
            among = away
            break
    order = among[torch.randperm(len(among), generator=dice)]
    return order[torch.arange(few.count) % len(order)]


def references_of(bank: RenderBank, frames: Tensor, few: FewShot) -> References:
    """The references of one example, as a batch of one."""
    maps = {name: bank.maps[name][frames][None] for name in few.maps}
    return References(bank.real[frames][None], maps, frames[None])
