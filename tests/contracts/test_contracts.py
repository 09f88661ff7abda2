"""The conformance kit over every installed part, built-in or not."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import torch
from transformers import Wav2Vec2Config, Wav2Vec2ForCTC

from visemix.core.testing.onnx_file import write_pooling_onnx
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
def changes(recogniser: Path, network: Path) -> Changes:
    """Settings for parts that cannot start offline without any, and for large ones."""
    return {
        "audio2au-speech": {"latent": 52, "unit": 4, "width": 4},
        "bfm": {"model": "synthetic"},
        "deepspeech": {"model": str(recogniser)},
        "ict": {"model": str(FACEKIT)},
        "onnx-identity": {"model": str(network)},
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
    assert not untried, "only what has to be trained first may be left out"
    assert not [f"{one.title}: {fault}" for one in found for fault in one.faults]


def test_every_plugin_can_be_used() -> None:
    reasons = {plugin.name: plugin.reason for plugin in INSTALLED.broken()}
    assert not reasons


def test_something_was_tried() -> None:
    names = {name for _, _, name, _ in PARTS}
    assert names >= BUILT_IN, "run 'pip install -e .[dev]' again after adding a plugin"
