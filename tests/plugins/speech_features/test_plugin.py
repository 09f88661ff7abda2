import subprocess
import sys
from importlib.resources import files

import pytest
import torch
import yaml

from visemix.core.encoding import encode_clip
from visemix.core.interfaces import AudioEncoder
from visemix.core.values.audio import Audio
from visemix.plugins import speech_features

MANIFEST = yaml.safe_load((files(speech_features) / "manifest.yaml").read_text("utf-8"))
PARTS = {part["name"]: part for part in MANIFEST["parts"]}


def test_the_module_imports_nothing_slow() -> None:
    code = (
        "import sys, visemix.plugins.speech_features as p; p.visemix_audio_encoders();"
        "print([m for m in ('librosa', 'transformers', 'huggingface_hub') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_manifest_lists_the_parts_of_the_hook() -> None:
    assert set(PARTS) == set(speech_features.visemix_audio_encoders())


@pytest.mark.parametrize("name", sorted(set(PARTS) - {"deepspeech"}))
def test_a_part_is_what_its_manifest_says(name: str) -> None:
    settings = {key: s["default"] for key, s in PARTS[name]["settings"].items()} | {"fps": 25.0}
    encoder = speech_features.visemix_audio_encoders()[name](**settings)
    assert isinstance(encoder, AudioEncoder)
    port = PARTS[name]["provides"]["features"]
    assert port["kind"] == encoder.kind  # type: ignore[attr-defined]  # these encoders have one


@pytest.mark.parametrize("name", sorted(set(PARTS) - {"deepspeech"}))
@pytest.mark.parametrize("fps", [1.0, 240.0])
def test_unusual_frame_rates_give_one_window_per_frame(name: str, fps: float) -> None:
    sound = Audio(torch.rand(66150, generator=torch.Generator().manual_seed(0)) - 0.5, 44100)
    encoder = speech_features.visemix_audio_encoders()[name](fps=fps)  # type: ignore[call-arg]  # theirs
    made = encode_clip(encoder, sound)
    assert len(made.values) == int(1.5 * fps + 0.5)
    assert made.fps == fps
