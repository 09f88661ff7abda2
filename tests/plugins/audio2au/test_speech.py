"""Audio encoder and Audio2AU."""

import pytest
import torch

from visemix.plugins.audio2au.speech import (
    ActionUnits,
    AudioEncoder,
    SpeechNetwork,
    SpeechSize,
)

SMALL = SpeechSize(code=12, unit=4, width=2)


def test_the_published_sizes() -> None:
    network = SpeechNetwork(SpeechSize()).eval()
    windows = torch.randn(1, 3, 28, 12)
    with torch.no_grad():
        code, heard = network.encoder(windows), network.units(windows)
    assert code.shape == (1, 3, 512)
    assert heard.features.shape == (1, 3, 320)
    assert heard.logits.shape == (1, 3, 5)
    first = network.encoder.narrow[0]
    assert isinstance(first, torch.nn.Linear)
    assert (first.in_features, first.out_features) == (12_288, 2048)
    convolutions = [m for m in network.encoder.modules() if isinstance(m, torch.nn.Conv2d)]
    assert len(convolutions) == 5


def test_five_modules_one_after_the_other() -> None:
    torch.manual_seed(0)
    units = ActionUnits(SMALL).eval()
    windows = torch.randn(2, 3, 28, 12)
    with torch.no_grad():
        before = units(windows)
        for parameter in units.units[2].narrow.parameters():  # type: ignore[union-attr]  # a Sequential
            parameter.add_(1)
        after = units(windows)
    changed = (before.features != after.features).any(0).any(0).reshape(5, 4).any(1)
    assert changed.tolist() == [False, False, True, False, False]
    assert (before.logits != after.logits).any(0).any(0).tolist() == changed.tolist()


def test_a_window_stands_for_itself() -> None:
    units = ActionUnits(SMALL).eval()
    windows = torch.randn(1, 6, 28, 12)
    with torch.no_grad():
        whole, alone = units(windows), units(windows[:, 3:4])
    assert whole.memory is None
    torch.testing.assert_close(whole.logits[:, 3:4], alone.logits)


def test_in_a_sequence_memory_makes_pieces_equal_to_the_whole() -> None:
    torch.manual_seed(0)
    units = ActionUnits(SpeechSize(12, 4, 2, "sequence")).eval()
    windows = torch.randn(2, 6, 28, 12)
    with torch.no_grad():
        whole, first = units(windows), units(windows[:, :4])
        second, forgotten = units(windows[:, 4:], first.memory), units(windows[:, 4:])
    torch.testing.assert_close(second.logits, whole.logits[:, 4:])
    assert not torch.allclose(forgotten.logits, second.logits)


@pytest.mark.parametrize("scope", ["window", "sequence"])
def test_rows_in_another_order_are_heard(scope: str) -> None:
    torch.manual_seed(0)
    units = ActionUnits(SpeechSize(12, 4, 2, scope)).eval()
    windows = torch.randn(1, 4, 28, 12)
    with torch.no_grad():
        assert not torch.allclose(units(windows).logits, units(windows.flip(2)).logits)


def test_the_audio_encoder_sees_every_frame_by_itself() -> None:
    encoder = AudioEncoder(SMALL).eval()
    windows = torch.randn(2, 3, 28, 12)
    with torch.no_grad():
        torch.testing.assert_close(encoder(windows)[1:, 2:], encoder(windows[1:, 2:]))
