"""The conformance kit over every installed part, built-in or not."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from transformers import Wav2Vec2Config, Wav2Vec2ForCTC

from visemix.core.testing.onnx_file import write_pooling_onnx
from visemix.core.testing.position_map_files import write_position_map
from visemix.core.testing.samples import SamplePlan, sample_subject
from visemix.core.testing.syncnet_file import Reading, write_syncnet
from visemix.plugins.picture_metrics.inception import FidInception
from visemix.plugins.picture_metrics.lpips_network import LpipsNetwork
from visemix.plugins.rhythmic_head.position_network import PositionMapNetwork
from visemix.registry.conformance import Changes, Conformance, check_plugin, variants
from visemix.registry.installed import find_installed

INSTALLED = find_installed()
PARTS = [
    (manifest.name, part.kind, part.name, len(list(variants(part))))
    for manifest in INSTALLED.usable()
    for part in manifest.parts
]
BUILT_IN = {
    *("mediapipe", "moonshine", "lstm-pose", "motion-matcher", "landmark-mesh", "rasterizer-cpu"),
    *("composite", "mfcc", "raw-windows", "deepspeech", "rasterizer-reference", "bfm", "ict"),
}

FACEKIT = Path(__file__).resolve().parents[3] / "shared" / "models" / "ict_face_fp16.npz"
"""A user's copy of the ICT-FaceKit."""

Try = Callable[[str], list[Conformance]]


@pytest.fixture(scope="session")
def recogniser(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small random wav2vec 2.0, in place of the one that ``deepspeech`` would download."""
    folder = tmp_path_factory.mktemp("recogniser")
    torch.manual_seed(0)
    config = Wav2Vec2Config(
        vocab_size=32,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        conv_dim=(8,) * 7,
        num_conv_pos_embeddings=4,
        num_conv_pos_embedding_groups=2,
        pad_token_id=0,
    )
    Wav2Vec2ForCTC(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few squares of a picture, in place of a user's face-recognition network."""
    return write_pooling_onnx(tmp_path_factory.mktemp("network") / "pooling.onnx")


@pytest.fixture(scope="session")
def judges(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Small random or made-up weights in place of those that metrics get from a user."""
    folder = tmp_path_factory.mktemp("judges")
    torch.manual_seed(0)
    networks = {"alex": LpipsNetwork("alex"), "inception": FidInception()}
    stored = {name: network.state_dict() for name, network in networks.items()}
    stored["alex"] = {
        name.replace("convolutions", "features"): value
        for name, value in stored["alex"].items()
        if not name.startswith("linear")
    }
    paths = {name: folder / f"{name}.safetensors" for name in (*stored, "syncnet")}
    for name, tensors in stored.items():
        save_file(tensors, paths[name])
    write_syncnet(paths["syncnet"], Reading(0.1, 0.0), Reading(0.0, 0.0))
    return {name: str(path) for name, path in paths.items()}


@pytest.fixture(scope="session")
def drivers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A table of poses, another clip, and a position-map network that has learned nothing."""
    folder = tmp_path_factory.mktemp("drivers")
    (folder / "poses.csv").write_text("pitch,yaw,roll\n0,5,0\n1,2,3\n")
    sample_subject(SamplePlan(basis="lmk-pca-20", expression=20)).save(folder / "clip")
    torch.manual_seed(0)
    position_map = write_position_map(folder / "map", PositionMapNetwork(width=2))
    return {
        "poses": str(folder / "poses.csv"),
        "clip": str(folder / "clip"),
        "position_map": str(position_map),
    }


@pytest.fixture(scope="session")
def changes(
    recogniser: Path, network: Path, judges: dict[str, str], drivers: dict[str, str]
) -> Changes:
    """Settings for parts that cannot start offline without any, and for large ones."""
    return {
        "clip-attributes": {"clip": drivers["clip"]},
        "clip-pose": {"clip": drivers["clip"]},
        "pose-file": {"file": drivers["poses"]},
        "rhythmic-frontal-mesh": {"position_map": drivers["position_map"]},
        "audio2au-speech": {"latent": 52, "unit": 4, "width": 4},
        "bfm": {"model": "synthetic"},
        "deepspeech": {"model": str(recogniser)},
        "ict": {"model": str(FACEKIT)},
        "onnx-identity": {"model": str(network)},
        **{name: {"model": str(network), "every": 5} for name in ("csim", "csim-source", "acd")},
        "lpips": {"weights": judges["alex"]},
        "frechet-inception": {"weights": judges["inception"], "every": 25},
        "frechet-efficientnet": {"every": 15},
        **{name: {"weights": judges["syncnet"]} for name in ("av-offset", "av-confidence")},
        "wer": {"command": "echo bin blue"},
        "memory-gan": {"size": 64, "width": 4, "hidden": 8, "identity_size": 8, "slots": 16},
    }


@pytest.fixture(scope="session")
def tried(changes: Changes) -> Try:
    """Plugin -> what the kit says of its parts; each plugin is tried once."""

    @cache
    def ask(plugin: str) -> list[Conformance]:
        return check_plugin(plugin, changes, INSTALLED)

    return ask


@pytest.mark.parametrize(("plugin", "kind", "name", "count"), PARTS)
def test_part_conforms(plugin: str, kind: str, name: str, count: int, tried: Try) -> None:
    if name == "ict" and not FACEKIT.is_file():
        pytest.skip(f"there is no FaceKit at {FACEKIT}")
    found = [one for one in tried(plugin) if (one.part.kind, one.part.name) == (kind, name)]
    part = found[0].part
    if (part.hardware != "cpu" or part.stages) and found[0].skipped:
        pytest.skip(found[0].skipped)  # what has to be trained first is tried by its own tests
    assert len(found) == count
    assert not found[0].skipped
    untried = [one for one in found if one.skipped and not one.part.stages]
    if name == "clip-attributes":  # its clip is in one basis
        untried = [one for one in untried if "basis" not in one.settings]
    assert not untried, "only what has to be trained first may be left out"
    assert not [f"{one.title}: {fault}" for one in found for fault in one.faults]


def test_every_plugin_can_be_used() -> None:
    reasons = {plugin.name: plugin.reason for plugin in INSTALLED.broken()}
    assert not reasons


def test_something_was_tried() -> None:
    names = {name for _, _, name, _ in PARTS}
    assert names >= BUILT_IN, "run 'pip install -e .[dev]' again after adding a plugin"
