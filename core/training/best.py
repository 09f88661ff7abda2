"""BestWeights: networks as they were when they were best, for stages that try them now and then."""

from collections.abc import Mapping
from copy import deepcopy

import torch
from torch import Tensor, nn


class BestWeights(nn.Module):
    """Copies of networks; as one of a stage's modules they are stored with every checkpoint.

    Args:
        networks: by name; they go on learning.
    """

    kept: Tensor

    def __init__(self, networks: Mapping[str, nn.Module]) -> None:
        super().__init__()
        self._networks = dict(networks)
        copies = {name: deepcopy(network) for name, network in networks.items()}
        self.copies = nn.ModuleDict(copies).requires_grad_(False)
        self.register_buffer("kept", torch.tensor(False))

    def keep(self) -> None:
        """The networks are better now than they ever were."""
        for name, network in self._networks.items():
            self.copies[name].load_state_dict(network.state_dict())
        self.kept.fill_(True)

    def restore(self) -> None:
        """Give the networks what was kept; if nothing was, they stay as they are."""
        if not bool(self.kept):
            return
        for name, network in self._networks.items():
            network.load_state_dict(self.copies[name].state_dict())
