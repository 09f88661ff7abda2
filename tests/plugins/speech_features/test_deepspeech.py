import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import Wav2Vec2Config, Wav2Vec2ForCTC

from visemix.core.encoding import encode_clip, encode_stream
from visemix.core.errors import CheckpointError, InvalidValue, RecipeError
from visemix.core.media.audio_in import read_audio
from visemix.core.timeline import join
from visemix.core.values.audio import Audio
from visemix.plugins.speech_features.ctc_model import CtcModel
from visemix.plugins.speech_features.deepspeech import DeepSpeech
from visemix.plugins.speech_features.deepspeech_alphabet import (
    SYMBOLS,
    WAV2VEC2_SYMBOLS,
    columns_of,
)

Sound = Callable[..., Audio]
Pieces = Callable[[Audio, int], list[Audio]]
PUBLISHED = Path("../shared/reference/facial")


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small random recogniser with the strides of the published one."""
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


def babble(samples: int) -> Audio:
    generator = torch.Generator().manual_seed(0)
    return Audio(torch.rand(samples, generator=generator) - 0.5, 16000)


def test_row_8_is_the_frames_own_score_between_the_recognisers_rows(recogniser: Path) -> None:
    """Every number from the recogniser itself: right symbol, right time, nothing scaled."""
    sound = babble(48000)
    made = DeepSpeech(model=str(recogniser), fps=30.0).encode(sound).values
    assert made.shape == (90, 16, 29)
    samples = sound.samples
    model = Wav2Vec2ForCTC.from_pretrained(recogniser)
    with torch.no_grad():
        logits = model(((samples - samples.mean()) / samples.std(correction=0))[None]).logits[0]
    times = (np.arange(len(logits)) * 320 + 199.5) / 16000
    columns = columns_of({s: i for i, s in enumerate(WAV2VEC2_SYMBOLS)}, "")
    for symbol, column in enumerate(columns):
        expected = np.interp(np.arange(90) / 30, times, logits[:, column].numpy())
        np.testing.assert_allclose(made[:, 8, symbol], expected, atol=1e-4)
    assert not bool(made[0, :8].any())
    assert torch.equal(made[1:, 7], made[:-1, 8])


def test_a_click_moves_the_rows_at_its_own_time(recogniser: Path, clicks: Sound) -> None:
    encoder = DeepSpeech(model=str(recogniser))
    quiet = encode_clip(encoder, clicks([], 4.0, floor=0.02)).values[:, 8]
    for time in (1.0, 2.52):
        loud = encode_clip(encoder, clicks([time], 4.0, floor=0.02)).values[:, 8]
        change = (loud - quiet).norm(dim=-1)
        assert abs(int(change.argmax()) - time * 25) <= 1


def test_a_stream_gives_what_the_clip_gives(recogniser: Path, pieces: Pieces) -> None:
    encoder = DeepSpeech(model=str(recogniser))
    sound = babble(100000)
    parts = pieces(sound, 9999)
    streamed = join(list(encode_stream(encoder, parts)))
    assert torch.equal(streamed.values, encode_clip(encoder, sound).values)
    assert len(streamed.values) == round(100000 / 640)


def test_log_probabilities_are_normalised(recogniser: Path) -> None:
    sound = babble(20000)
    scores = DeepSpeech(model=str(recogniser), scores="log-probabilities")
    made = encode_clip(scores, sound).values
    torch.testing.assert_close(made.exp().sum(-1), torch.ones(31, 16))


def test_its_own_vocabulary_is_followed(recogniser: Path, tmp_path: Path) -> None:
    for file in recogniser.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    turned = {symbol: 31 - column for column, symbol in enumerate(WAV2VEC2_SYMBOLS)}
    (tmp_path / "vocab.json").write_text(json.dumps(turned), "utf-8")
    samples = babble(4000).samples
    plain, renamed = CtcModel(str(recogniser)), CtcModel(str(tmp_path))
    e, k = SYMBOLS.index("e"), SYMBOLS.index("k")
    assert WAV2VEC2_SYMBOLS.index("E") == 31 - WAV2VEC2_SYMBOLS.index("K")
    assert torch.equal(plain.rows(samples)[:, e], renamed.rows(samples)[:, k])


@pytest.mark.parametrize("samples", [1, 100, 640])
def test_very_short_and_silent_sound_has_features(recogniser: Path, samples: int) -> None:
    made = encode_clip(DeepSpeech(model=str(recogniser)), Audio(torch.zeros(samples), 16000))
    assert made.values.shape == (1, 16, 29)


def test_a_recogniser_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"cannot be loaded.*model\.safetensors"):
        DeepSpeech(model=str(tmp_path / "none")).encode(Audio(torch.zeros(1600), 16000))


def test_pickled_weights_are_not_read(recogniser: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes((recogniser / "config.json").read_bytes())
    torch.save({}, tmp_path / "pytorch_model.bin")
    with pytest.raises(CheckpointError, match="cannot be loaded"):
        DeepSpeech(model=str(tmp_path)).encode(Audio(torch.zeros(1600), 16000))


def test_windows_from_a_file_pass_through_in_one_piece(tmp_path: Path, pieces: Pieces) -> None:
    windows = np.random.default_rng(0).normal(size=(300, 16, 29)).astype(np.float32)
    np.save(tmp_path / "a.npy", windows)
    encoder = DeepSpeech(file=str(tmp_path / "a.npy"))
    sound = babble(300 * 640)
    parts = pieces(sound, 5000)
    made = list(encode_stream(encoder, parts))
    assert len(made) == 1
    assert torch.equal(made[0].values, torch.from_numpy(windows))
    assert (made[0].centre, made[0].look_ahead_ms) == (8.0, 280.0)


@pytest.mark.parametrize(("frames", "fits"), [(98, False), (99, True), (101, True), (102, False)])
def test_windows_of_another_recording_are_refused(tmp_path: Path, frames: int, fits: bool) -> None:
    np.save(tmp_path / "a.npy", np.ones((100, 16, 29)))
    encoder = DeepSpeech(file=str(tmp_path / "a.npy"))
    sound = babble(frames * 640)
    if fits:
        assert len(encode_clip(encoder, sound).values) == frames
        return
    with pytest.raises(InvalidValue, match=f"100 windows, but the sound has {frames} frames"):
        encode_clip(encoder, sound)


def test_unknown_scores_are_refused() -> None:
    with pytest.raises(RecipeError, match="'odds'"):
        DeepSpeech(scores="odds")


@pytest.mark.skipif(not PUBLISHED.exists(), reason=f"{PUBLISHED} is not here")
def test_published_windows_belong_to_their_recording_at_30_fps() -> None:
    sound = read_audio(PUBLISHED / "obama2.wav", 16000)
    made = encode_clip(DeepSpeech(file=str(PUBLISHED / "obama2.pkl"), fps=30.0), sound)
    assert made.values.shape == (731, 16, 29)
    with pytest.raises(InvalidValue, match="at 25 fps"):
        encode_clip(DeepSpeech(file=str(PUBLISHED / "obama2.pkl")), sound)
