"""Where the pictures of clips lie while they are learned from."""

import threading
from collections.abc import Sequence

import torch

from visemix.core.training.render_bank import RenderBank

SHARE = 0.25
"""Of the free memory of a GPU that pictures may take; the rest is for the networks."""


class Shelf:
    """Render banks, also on a GPU if they fit: there, batches are cut out in no time.

    Args:
        banks: in the computer's memory, or mapped from a file.
    """

    def __init__(self, banks: Sequence[RenderBank]) -> None:
        self._banks = list(banks)
        self._moved: dict[torch.device, list[RenderBank]] = {}
        self._lock = threading.Lock()  # batches are made in several threads

    def on(self, device: torch.device) -> Sequence[RenderBank]:
        """The banks, on ``device`` if it is a GPU with room for them."""
        if device.type != "cuda":
            return self._banks
        with self._lock:
            if device not in self._moved:
                fits = sum(map(size, self._banks)) <= SHARE * torch.cuda.mem_get_info(device)[0]
                banks = [bank.to(device) for bank in self._banks] if fits else self._banks
                self._moved[device] = banks
            return self._moved[device]


def size(bank: RenderBank) -> int:
    """Bytes of its pictures."""
    pictures = (bank.real, bank.rgb, bank.alpha, *bank.maps.values())
    return sum(picture.numel() for picture in pictures)
