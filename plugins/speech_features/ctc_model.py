"""Runs a CTC speech recogniser from transformers and gives DeepSpeech's 29 numbers per row."""

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from visemix.core.errors import CheckpointError
from visemix.plugins.speech_features.deepspeech_alphabet import WAV2VEC2_SYMBOLS, columns_of


class CtcModel:
    """A wav2vec 2.0 model (Baevski et al. 2020) with a CTC head.

    Args:
        name: folder, or name on the Hugging Face hub. Only safetensors weights are read.

    Attributes:
        hop: samples from one row to the next.
        receptive_field: samples that one row of its convolutions sees.

    Raises:
        CheckpointError: transformers is not installed, or the model cannot be loaded.
    """

    def __init__(self, name: str) -> None:
        try:
            from transformers import Wav2Vec2ForCTC  # takes seconds to import
        except ImportError as error:
            what = "a recogniser for DeepSpeech windows needs transformers, which is not installed"
            raise CheckpointError(what, where=name, do="pip install transformers") from error
        try:
            model = Wav2Vec2ForCTC.from_pretrained(name, use_safetensors=True)
        except (OSError, ValueError, RuntimeError) as error:
            what = f"the recogniser cannot be loaded ({_first_line(error)})"
            raise CheckpointError(what, where=name, do=_ADVICE) from error
        self._model = model.requires_grad_(False)  # from_pretrained has called eval()
        self._columns = columns_of(_vocabulary(name, model.lm_head.out_features), name)
        self.hop, self.receptive_field = _strides(
            list(model.config.conv_kernel), list(model.config.conv_stride)
        )

    def rows(self, samples: Tensor) -> Tensor:
        """[S] samples at 16 kHz to [N, 29] raw logits; row i is centred on (i + 1/2) hop or so.

        The network wants zero mean and unit variance, here of the samples it is given.
        """
        missing = max(self.receptive_field - len(samples), 0)
        sound = torch.nn.functional.pad(samples, (0, missing))
        sound = (sound - sound.mean()) / (sound.var(correction=0) + 1e-7).sqrt()
        with torch.inference_mode():
            logits: Tensor = self._model(sound.unsqueeze(0)).logits
        return logits[0, :, self._columns].clone()


_ADVICE = (
    "give a folder with config.json and model.safetensors, connect to the internet once to fetch "
    "facebook/wav2vec2-base-960h, or give precomputed windows with the setting 'file'"
)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(". ")


def _strides(kernels: list[int], strides: list[int]) -> tuple[int, int]:
    """Hop and receptive field of convolutions one after the other."""
    hop, field = 1, 1
    for kernel, stride in zip(kernels, strides, strict=True):
        field += (kernel - 1) * hop
        hop *= stride
    return hop, field


def _vocabulary(name: str, size: int) -> Mapping[str, int]:
    """The model's own vocab.json; without one, that of base-960h if the size is right."""
    from transformers.utils.hub import cached_file

    try:
        path = cached_file(name, "vocab.json", _raise_exceptions_for_missing_entries=False)
    except OSError:
        path = None
    if path is not None:
        vocabulary: dict[str, int] = json.loads(Path(path).read_text("utf-8"))
        return vocabulary
    if size == len(WAV2VEC2_SYMBOLS):
        return {symbol: column for column, symbol in enumerate(WAV2VEC2_SYMBOLS)}
    what = f"it has {size} symbols and no vocab.json that names them"
    raise CheckpointError(what, where=name, do="add its vocab.json to the folder")
