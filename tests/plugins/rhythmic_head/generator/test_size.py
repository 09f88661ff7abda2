"""Sizes and switches."""

import pytest

from visemix.core.errors import InvalidValue
from visemix.plugins.rhythmic_head.generator.size import Size, Switches, Ways


def test_channels_double_and_stop_at_1024() -> None:
    assert [Size(downs=6).channels(level) for level in range(7)] == [
        *(32, 64, 128, 256, 512, 1024),
        1024,
    ]


def test_pictures_are_multiples_of_the_deepest_level() -> None:
    assert Size(downs=4, flow_downs=3).multiple == 16
    assert Size(downs=2, flow_downs=3).multiple == 8


def test_generated_levels_are_the_shallow_ones() -> None:
    assert list(Size().generated) == [0, 1, 2, 3]
    assert list(Size(downs=2).generated) == [0, 1, 2]


def test_composition_takes_place_in_the_last_layers_or_in_all() -> None:
    assert [Switches(layers=2).composes(level) for level in range(4)] == [True, True, False, False]
    assert all(Switches().composes(level) for level in range(9))
    assert not Switches(nonlinear=False).composes(0)


def test_ways_are_switches() -> None:
    on = Ways("matting", "concat", "nearest").of(Switches(projection=False))
    assert (on.projection, on.nonlinear, on.concat, on.transposed) == (False, False, True, False)
    assert Ways().of(Switches()) == Switches()


@pytest.mark.parametrize("setting", ["composition", "combine", "upsampling"])
def test_unknown_ways_are_refused(setting: str) -> None:
    with pytest.raises(InvalidValue, match=rf"{setting}: expected .* or .*, got 'other'"):
        Ways(**{setting: "other"})


def test_impossible_sizes_are_refused() -> None:
    with pytest.raises(InvalidValue, match="at least 2 halvings"):
        Size(downs=1)
    with pytest.raises(InvalidValue, match="expected batch or instance, got 'group'"):
        Size(norm="group")
