from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from visemix.core.errors import CheckpointError
from visemix.plugins.speech_features.moonshine_network import MoonshineLayers
from visemix.plugins.speech_features.moonshine_weights import (
    PACKAGED,
    find_weights,
    load_moonshine,
    shorten,
)
from visemix.plugins.speech_features.shorten_moonshine import main

FULL = Path("../shared/models/moonshine_tiny_encoder_fp16.safetensors")


@pytest.fixture(scope="module")
def whole_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four random layers, named as in a full checkpoint, with a decoder beside them."""
    path = tmp_path_factory.mktemp("weights") / "model.safetensors"
    torch.manual_seed(0)
    encoder = {f"model.encoder.{k}": v for k, v in MoonshineLayers(4).state_dict().items()}
    save_file({**encoder, "model.decoder.norm.weight": torch.ones(288)}, path)
    return path


def test_the_encoder_is_found_in_a_whole_model(whole_model: Path) -> None:
    network = load_moonshine(whole_model, 2)
    torch.manual_seed(0)
    expected = MoonshineLayers(4).state_dict()
    assert len(network.layers) == 2
    assert all(torch.equal(v, expected[k]) for k, v in network.state_dict().items())
    assert not network.training
    assert not any(p.requires_grad for p in network.parameters())


def test_shortened_weights_are_those_of_the_source(whole_model: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.safetensors"
    assert main([str(whole_model), str(short)]) == 0
    made, source = load_moonshine(short, 3), load_moonshine(whole_model, 3)
    for name, tensor in made.state_dict().items():
        assert torch.equal(tensor, source.state_dict()[name].half().float()), name
    with pytest.raises(CheckpointError, match="does not hold the first 4 layers"):
        load_moonshine(short, 4)


def test_the_script_explains_itself(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main([]) == 2
    assert "FULL.safetensors SHORT.safetensors" in capsys.readouterr().err
    assert main([str(tmp_path / "none.safetensors"), "out"]) == 2
    assert "there is no such file" in capsys.readouterr().err


@pytest.mark.skipif(not FULL.exists(), reason=f"{FULL} is not here")
def test_the_packaged_weights_are_made_by_shorten(tmp_path: Path) -> None:
    shorten(FULL, tmp_path / "short.safetensors")
    made, packaged = load_file(tmp_path / "short.safetensors"), load_file(find_weights(PACKAGED))
    assert made.keys() == packaged.keys()
    assert all(torch.equal(made[name], packaged[name]) for name in made)


def test_a_pickle_or_garbage_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    torch.save({"conv1.weight": torch.zeros(1)}, path)
    with pytest.raises(CheckpointError, match="is not a safetensors file"):
        load_moonshine(path, 3)


def test_another_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    save_file({"conv1.weight": torch.zeros(3)}, path)
    with pytest.raises(CheckpointError, match="does not hold the first 3 layers"):
        load_moonshine(path, 3)


def test_without_a_connection_the_message_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def offline(name: str, file: str) -> str:
        raise OSError("no route to host")

    monkeypatch.setattr("huggingface_hub.hf_hub_download", offline)
    with pytest.raises(CheckpointError, match=r"Connect to the internet once.*'packaged'"):
        find_weights("UsefulSensors/moonshine-tiny")


def test_a_name_on_the_hub_is_fetched(monkeypatch: pytest.MonkeyPatch, whole_model: Path) -> None:
    asked = []

    def fetch(name: str, file: str) -> str:
        asked.append((name, file))
        return str(whole_model)

    monkeypatch.setattr("huggingface_hub.hf_hub_download", fetch)
    assert find_weights("UsefulSensors/moonshine-tiny") == whole_model
    assert asked == [("UsefulSensors/moonshine-tiny", "model.safetensors")]
