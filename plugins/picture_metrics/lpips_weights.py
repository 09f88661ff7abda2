"""Weights of LPIPS: torchvision's backbone, or the whole state dict of the package lpips.

The backbone is the user's; the few numbers that weigh its channels (version 0.1) come with the
package torchmetrics, unless the user's file has them.
"""

import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor

from visemix.core.errors import CheckpointError
from visemix.core.training.checkpoint import load_module, read_tensors
from visemix.plugins.picture_metrics.lpips_network import NETWORKS, LpipsNetwork

PACKAGE = "torchmetrics"
FOLDER = "functional/image/lpips_models"

FIRST = ("features.0.weight", "net.slice1.0.weight")
"""Public names of the first convolution."""

_BACKBONE = re.compile(r"(?:features|net\.slice\d)\.(\d+)\.(weight|bias)")
_LINEAR = re.compile(r"(?:lin|lins\.)(\d)\.model\.1\.weight")


def load_lpips(path: Path) -> LpipsNetwork:
    """LPIPS with a user's weights; the first convolution tells which network they are of.

    Args:
        path: safetensors file with torchvision's names ("features.0.weight", ...) or those of the
            package lpips ("net.slice1.0.weight", "lin0.model.1.weight", ...).

    Raises:
        CheckpointError: missing, damaged, or weights of something else.
    """
    stored = read_tensors(path)
    name = _name(stored, path)
    network = LpipsNetwork(name)
    found = {**_backbone(stored, name), **_linear(stored)}
    wanted = sum(layer.shown for layer in NETWORKS[name])
    if not any(key.startswith("linear.") for key in found):
        found |= _linear(_package_linear(name))
    if (count := sum(key.startswith("linear.") for key in found)) != wanted:
        what = f"it weighs {count} layers of LPIPS, {name} has {wanted}"
        raise CheckpointError(what, where=path, do="store the state dict of the package lpips")
    load_module(network, found, path)
    return network.eval().requires_grad_(False)


def _name(stored: Mapping[str, Tensor], path: Path) -> str:
    first = next((v for k in FIRST if (v := stored.get(k)) is not None), None)
    for name, (conv, *_) in NETWORKS.items():
        if first is not None and first.shape == (conv.after, conv.before, conv.kernel, conv.kernel):
            return name
    what = "it holds neither AlexNet nor VGG16"
    raise CheckpointError(what, where=path, do="store torchvision's state dict as safetensors")


def _backbone(stored: Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
    places = {layer.place for layer in NETWORKS[name]}
    matches = {key: _BACKBONE.fullmatch(key) for key in stored}
    return {
        f"convolutions.{match[1]}.{match[2]}": stored[key].float()
        for key, match in matches.items()
        if match is not None and int(match[1]) in places
    }


def _linear(stored: Mapping[str, Tensor]) -> dict[str, Tensor]:
    matches = {key: _LINEAR.fullmatch(key) for key in stored}
    return {
        f"linear.{match[1]}": stored[key].float().flatten()
        for key, match in matches.items()
        if match is not None
    }


def _package_linear(name: str) -> dict[str, Tensor]:
    spec = find_spec(PACKAGE)  # not imported: it takes seconds, and only a file of it is needed
    path = Path(spec.origin).parent / FOLDER / f"{name}.pth" if spec and spec.origin else Path()
    if not path.is_file():
        what = f"the weights of LPIPS' layers are not where {PACKAGE} had them"
        do = "store them with the backbone: the whole state dict of the package lpips"
        raise CheckpointError(what, where=path, do=do)
    # The package ships nothing but this format; weights_only reads tensors and runs nothing.
    linear: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return linear
