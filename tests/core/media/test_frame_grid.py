from hypothesis import given
from hypothesis import strategies as st

from visemix.core.media.frame_grid import Timed, on_grid


def shown(times: list[float], fps: float, reach_s: float, last_s: float = 0.04) -> list[int]:
    frames = [Timed(time, last_s, index) for index, time in enumerate(times)]
    return list(on_grid(iter(frames), fps, reach_s))


@given(st.lists(st.floats(-0.015, 0.015), min_size=1, max_size=60))
def test_jitter_drops_and_repeats_nothing(jitter: list[float]) -> None:
    times = [i / 25 + j for i, j in enumerate(jitter)]
    assert shown(times, 25.0, 0.02, 0.04 - jitter[-1]) == list(range(len(times)))


@given(st.integers(1, 300), st.floats(1.0, 240.0), st.floats(1.0, 240.0))
def test_length_is_kept_and_order_never_broken(count: int, source: float, wanted: float) -> None:
    times = [i / source for i in range(count)]
    indices = shown(times, wanted, 0.5 / max(source, wanted), 1 / source)
    assert indices == sorted(indices)
    assert abs(len(indices) - count / source * wanted) <= 1.0


def test_the_nearest_of_many_is_taken() -> None:
    assert shown([i / 120 for i in range(120)], 30.0, 0.5 / 120, 1 / 120) == list(range(0, 120, 4))


def test_a_gap_is_bridged_and_a_late_start_filled() -> None:
    assert shown([0.5, 0.6, 1.0], 10.0, 0.05, 0.1) == [0] * 6 + [1] * 4 + [2]
    assert shown([], 25.0, 0.02) == []
