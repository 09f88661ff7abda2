"""Which weights a model starts with."""

from importlib import resources
from pathlib import Path

from visemix.core.errors import CheckpointError
from visemix.plugins.lstm_pose.bases import LANDMARK_MESH, Basis

PACKAGED = "packaged"
WEIGHTS = "general_fp16.safetensors"


def weights_file(weights: str, network: str, basis: Basis) -> Path | None:
    """The file that ``weights`` names; None to start from nothing.

    Raises:
        CheckpointError: the packaged weights speak another basis.
    """
    if weights == "none" or (weights == PACKAGED and network == "published"):
        return None
    if weights == PACKAGED:
        if basis is not LANDMARK_MESH:
            what = f"the packaged weights speak {LANDMARK_MESH.name!r}, not {basis.name!r}"
            do = "set weights: none and train it with 'visemix train'"
            raise CheckpointError(what, where="attribute_model.weights", do=do)
        return Path(str(resources.files("visemix.plugins.lstm_pose") / WEIGHTS))
    return Path(weights)
