import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from visemix.core.errors import RecipeError
from visemix.core.values.audio import Audio
from visemix.core.windows import Window
from visemix.plugins.speech_features.frame_windows import (
    frame_count,
    frame_samples,
    padded,
    rows_at,
    window_of,
    windows_of,
)


def test_rows_between_rows_are_interpolated_and_the_ends_are_repeated() -> None:
    rows = torch.tensor([[0.0, 5.0], [10.0, 5.0], [40.0, 5.0]])
    position = torch.tensor([-3.0, 0.0, 0.25, 1.5, 2.0, 9.0], dtype=torch.float64)
    assert rows_at(rows, position)[:, 0].tolist() == [0.0, 0.0, 2.5, 25.0, 40.0, 40.0]
    assert rows_at(rows[:1], position)[:, 0].tolist() == [0.0] * 6


def test_windows_hold_the_neighbours_oldest_first() -> None:
    rows = torch.arange(5.0).unsqueeze(-1)
    made = windows_of(rows, before=2, after=1)
    assert made.shape == (5, 4, 1)
    assert made[2, :, 0].tolist() == [0, 1, 2, 3]
    assert made[0, :, 0].tolist() == [0, 0, 0, 1]
    assert made[4, :, 0].tolist() == [2, 3, 4, 4]


@given(
    starts=st.lists(st.integers(-20, 20), max_size=6),
    size=st.integers(1, 9),
    length=st.integers(0, 12),
)
def test_pieces_are_zero_outside(starts: list[int], size: int, length: int) -> None:
    samples = torch.arange(1.0, length + 1)
    made = padded(samples, torch.tensor(starts, dtype=torch.int64), size)
    inside = [[i + 1.0 if 0 <= i < length else 0.0 for i in range(s, s + size)] for s in starts]
    assert made.tolist() == inside
    assert made.shape == (len(starts), size)


@given(frames=st.integers(1, 2000), fps=st.sampled_from([23.976, 25.0, 29.97, 30.0, 60.0]))
def test_frames_begin_at_the_nearest_sample_and_are_counted_back(frames: int, fps: float) -> None:
    begins = frame_samples(frames, fps, 16000)
    assert max(abs(begin - k * 16000 / fps) for k, begin in enumerate(begins.tolist())) <= 0.5
    sound = Audio(torch.zeros(round(frames * 16000 / fps)), 16000)
    assert frame_count(sound, fps) == frames


def test_a_window_in_seconds_has_enough_frames() -> None:
    assert window_of(25, (2.0, 4.0, 1.0)) == Window(100, past=50, future=25)
    assert window_of(25, (0.121, 0.001, 0.0)) == Window(1, past=4, future=0)
    assert window_of(10, (0.1, 1.0, 0.1), least=(4, 5)) == Window(10, past=4, future=5)


@pytest.mark.parametrize(
    ("fps", "span_s"),
    [(0.0, (1, 1, 1)), (25.0, (1, 0, 1)), (25.0, (-1, 1, 1)), (25.0, (1, 1, -1)), (25.0, (1, 1))],
)
def test_windows_that_cannot_be_are_refused(fps: float, span_s: tuple[float, ...]) -> None:
    with pytest.raises(RecipeError, match=r"past, block, future"):
        window_of(fps, span_s)
