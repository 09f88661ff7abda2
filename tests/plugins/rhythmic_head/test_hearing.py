import pytest
import torch

from visemix.core.errors import InvalidValue, RecipeError
from visemix.core.testing.samples import sample_features
from visemix.plugins.rhythmic_head.hearing import (
    ChunkPicture,
    Projection,
    Sound,
    Waveform,
    hanning,
    smoothed,
)
from visemix.plugins.rhythmic_head.listening import NOISE_DB, Listening, with_noise


@pytest.mark.parametrize(("width", "numbers"), [(640, 30_528), (2000, 95_808)])
def test_published_numbers_of_a_frames_sound(width: int, numbers: int) -> None:
    front = ChunkPicture(Sound(width=width))
    assert front.width == numbers
    assert front(torch.randn(2, 7, width)).shape == (2, numbers)


def test_the_waveforms_convolutions() -> None:
    front = Waveform(Sound())
    convolutions = [m for m in front.layers if isinstance(m, torch.nn.Conv1d)]
    assert [(c.out_channels, c.kernel_size, c.stride) for c in convolutions] == [
        (n, (21,), (2,)) for n in (64, 128, 256)
    ]
    assert front(torch.randn(2, 7, 640)).shape == (2, front.width)


def test_projected_features_are_standardised_and_disturbed_in_training_only() -> None:
    front = Projection(Sound(rows=3, width=5, raw=False, narrow=4, noise=0.5, deaf=0.3))
    with torch.no_grad():
        front.reduce.bias.zero_()
    heard = 100 + 10 * torch.randn(400, 3, 5)
    for _ in range(60):
        front(heard)
    one, other = front(heard), front(heard)
    assert not torch.equal(one, other)
    front.eval()
    assert torch.equal(front(heard), front(heard)) and front(heard).shape == (400, 12)
    assert float(front(heard).detach().abs().max()) < 10  # not 100 x: the mean is taken out


def test_hanning_windows() -> None:
    taps = hanning(11)
    assert float(taps.sum()) == pytest.approx(1) and bool((taps > 0).all())
    assert torch.allclose(taps, taps.flip(0)) and int(taps.argmax()) == 5
    line = torch.arange(40.0)[None, :, None].repeat(1, 1, 2)
    inside = smoothed(line, 11)[:, 5:-5]
    torch.testing.assert_close(inside, line[:, 5:-5])
    assert torch.equal(smoothed(line, 1), line)


def test_noise_of_a_known_level_is_mixed_in() -> None:
    sound = torch.sin(torch.arange(7 * 640) / 9).reshape(7, 640)
    found = set()
    for seed in range(60):
        rest = with_noise(sound, torch.Generator().manual_seed(seed)) - sound
        ratio = 10 * torch.log10(sound.square().mean() / rest.square().mean())
        found.add(min(NOISE_DB, key=lambda level: abs(level - float(ratio))))
        assert min(abs(level - float(ratio)) for level in NOISE_DB) < 0.3
    assert found == set(NOISE_DB)
    again = [with_noise(sound, torch.Generator().manual_seed(1)) for _ in range(2)]
    assert torch.equal(*again)


def test_features_that_do_not_fit_are_refused() -> None:
    takes = Listening("head_motion", ("mfcc",), 28, 12)
    features = sample_features("mfcc", (3, 28, 12), 25.0)
    assert torch.equal(takes.values(features), features.values)
    for kind, shape in (("raw", (3, 28, 12)), ("mfcc", (3, 27, 12)), ("mfcc", (3, 28, 13))):
        with pytest.raises(InvalidValue, match="expected mfcc features, 28 rows of 12, got"):
            takes.values(sample_features(kind, shape, 25.0))


@pytest.mark.parametrize(
    ("kinds", "rows", "width", "words"),
    [
        (("raw", "mfcc"), 7, 640, "cannot go through the same layers"),
        (("raw",), 4, 640, "too few"),
        (("raw",), 7, 20, "too few"),
    ],
)
def test_sound_that_no_layer_takes_is_refused(
    kinds: tuple[str, ...], rows: int, width: int, words: str
) -> None:
    with pytest.raises(RecipeError, match=words):
        Listening("head_motion", kinds, rows, width).sound(8, 0.0, 0.0)


def test_the_middle_row_alone() -> None:
    takes = Listening("head_motion", ("mfcc",), 28, 12, middle=True)
    features = sample_features("mfcc", (3, 28, 12), 25.0)
    assert torch.equal(takes.values(features), features.values[:, 14:15])
    assert takes.sound(8, 0.0, 0.0).rows == 1
    with pytest.raises(RecipeError, match="raw sound has no middle row"):
        Listening("head_motion", ("raw",), 7, 640, middle=True).sound(8, 0.0, 0.0)
