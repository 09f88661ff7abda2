"""Sound that is changed a little in training."""

import pytest
import torch

from visemix.plugins.temporal_gan.sound import LOUDER_DB, MOVED_S, Sound

HOP, SAMPLES = 640, 3200


@pytest.fixture
def sound() -> Sound:
    """A tone that rises and rises: no two places of it are alike."""
    wave = torch.sin(torch.linspace(0, 40, 20 * HOP + SAMPLES) ** 2)
    return Sound(wave.unfold(0, SAMPLES, HOP), 25.0)


def dice(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_none_wanted_none_made(sound: Sound) -> None:
    before = dice()
    assert sound.changed(0.0, before) is sound.windows
    assert torch.equal(before.get_state(), dice().get_state())  # other choices stay what they were


def test_windows_stay_windows_of_one_sound(sound: Sound) -> None:
    made = sound.changed(1.0, dice())
    assert made.shape == sound.windows.shape
    assert torch.equal(made[3, HOP:], made[4, :-HOP])
    assert torch.equal(made, sound.changed(1.0, dice()))
    assert not torch.equal(made, sound.changed(1.0, dice(1)))


def test_moved_by_a_few_milliseconds_and_a_few_decibels(sound: Sound) -> None:
    moved, louder = [], []
    for seed in range(30):
        made = sound.changed(1.0, dice(seed))[10]
        wave = torch.cat((sound.windows[8], sound.windows[9:13, -HOP:].flatten()))
        places = torch.nn.functional.conv1d(wave[None, None], made[None, None])[0, 0]
        place = int(places.argmax())
        moved.append(place - 2 * HOP)
        louder.append(float(made.std() / wave[place : place + SAMPLES].std()))
    most = MOVED_S * SAMPLES / 0.2
    assert max(map(abs, moved)) <= most + 1
    assert max(moved) > most / 2
    assert min(moved) < -most / 2
    bound = 10 ** (LOUDER_DB / 20)
    assert max(louder) < bound * 1.01
    assert min(louder) > 0.99 / bound
    assert max(louder) > 1.3 > 0.75 > min(louder)


def test_the_ends_of_a_clip_are_silent_beyond(sound: Sound) -> None:
    made = [sound.changed(1.0, dice(seed)) for seed in range(8)]
    assert all(len(one) == len(sound.windows) for one in made)
    assert all(bool(one.isfinite().all()) for one in made)
