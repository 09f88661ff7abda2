"""Finds, loads and shortens the weights of the Moonshine encoder."""

import re
from importlib.resources import files
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from visemix.core.errors import CheckpointError
from visemix.plugins.speech_features.moonshine_network import MoonshineLayers

PACKAGED = "packaged"
PACKAGED_FILE = "moonshine_tiny_3_layers_fp16.safetensors"
PACKAGED_LAYERS = 3

_UNUSED = ("layer_norm.",)  # normalises the last layer only
_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")


def find_weights(name: str) -> Path:
    """The file with the weights.

    Args:
        name: "packaged" (three layers), the path of a .safetensors file, or a name on the
            Hugging Face hub ("UsefulSensors/moonshine-tiny").

    Raises:
        CheckpointError: not on the hub, or no connection to it.
    """
    if name == PACKAGED:
        return Path(str(files("visemix.plugins.speech_features") / PACKAGED_FILE))
    path = Path(name)
    on_hub = not path.exists() and path.suffix != ".safetensors" and _HUB_NAME.fullmatch(name)
    return _download(name) if on_hub else path


def load_moonshine(path: Path, layers: int) -> MoonshineLayers:
    """The network with its weights, ready to run.

    Args:
        path: .safetensors file of the whole model, its encoder, or the beginning of that.
        layers: transformer layers wanted.

    Raises:
        CheckpointError: no such file, damaged, another model, or fewer layers.
    """
    network = MoonshineLayers(layers)
    weights = {name: tensor.float() for name, tensor in _only(_read(path), layers).items()}
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        what = f"it does not hold the first {layers} layers of Moonshine Tiny's encoder"
        advice = f"use weights={PACKAGED!r} or a file made from UsefulSensors/moonshine-tiny"
        raise CheckpointError(what, where=path, do=advice) from error
    return network.eval().requires_grad_(False)


def shorten(source: Path, target: Path, layers: int = PACKAGED_LAYERS) -> None:
    """Keep the stem and the first layers, as float16.

    Args:
        source: .safetensors file of the whole model or of its encoder.
        target: file to write.
        layers: transformer layers to keep.
    """
    kept = _only(_read(source), layers)
    metadata = {"model": "Moonshine Tiny (English), encoder", "layers": str(layers)}
    save_file({name: tensor.half() for name, tensor in kept.items()}, target, metadata)


def _read(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except FileNotFoundError as error:
        advice = f"check the path, or use weights={PACKAGED!r}"
        raise CheckpointError("there is no such file", where=path, do=advice) from error
    except (SafetensorError, OSError) as error:
        advice = f"use a .safetensors file, or weights={PACKAGED!r}"
        raise CheckpointError("it is not a safetensors file", where=path, do=advice) from error


def _only(weights: dict[str, Tensor], layers: int) -> dict[str, Tensor]:
    """The stem and the first ``layers`` layers of an encoder or of the whole model."""
    inside = {name.split("encoder.", 1)[1]: x for name, x in weights.items() if "encoder." in name}
    named = inside or weights
    unused = (*_UNUSED, *(f"layers.{n}." for n in range(layers, 64)))
    return {name: tensor for name, tensor in named.items() if not name.startswith(unused)}


def _download(name: str) -> Path:
    from huggingface_hub import hf_hub_download  # slow to import, and rarely used

    try:
        return Path(hf_hub_download(name, "model.safetensors"))
    except (OSError, ValueError) as error:
        what = f"its weights are not in the cache and could not be fetched ({type(error).__name__})"
        advice = f"connect to the internet once, or use weights={PACKAGED!r}"
        raise CheckpointError(what, where=name, do=advice) from error
