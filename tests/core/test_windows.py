"""The runner: any window, any chunking, the same result."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from visemix.core.errors import InvalidValue
from visemix.core.timeline import cut, join, length
from visemix.core.values.attributes import FaceAttributes
from visemix.core.windows import Step, Window, Windowed

WINDOWS = st.builds(
    Window, block=st.integers(1, 7), past=st.integers(0, 5), future=st.integers(0, 5)
)


def track(count: int) -> FaceAttributes:
    return FaceAttributes(fps=25.0, expression=torch.arange(float(count)).unsqueeze(1))


def values(parts: list[FaceAttributes]) -> list[float]:
    whole = join(parts)
    assert whole.expression is not None
    return whole.expression[:, 0].tolist()


class MeanAndCount:
    """Output: mean over the whole window of each frame + how many frames came before."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.sizes: list[int] = []

    def __call__(self, view: FaceAttributes, state: object) -> Step[FaceAttributes]:
        assert isinstance(state, int)
        assert view.expression is not None
        self.sizes.append(length(view))
        reach = self.window.past + self.window.future
        count = length(view) - reach
        rows = view.expression.unfold(0, reach + 1, 1).mean(-1)
        seen = torch.arange(state, state + count).unsqueeze(1)
        return Step(FaceAttributes(fps=25.0, expression=rows + 1000 * seen), state + count)


def run(window: Window, chunks: list[FaceAttributes]) -> list[float]:
    return values(list(Windowed(window, MeanAndCount(window), 0).run(chunks)))


@given(WINDOWS, st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_any_chunking_gives_what_the_whole_clip_gives(window: Window, sizes: list[int]) -> None:
    whole = track(sum(sizes))
    starts = [sum(sizes[:i]) for i in range(len(sizes))]
    chunks = [cut(whole, a, a + n) for a, n in zip(starts, sizes, strict=True)]
    assert run(window, chunks) == run(window, [whole])


@given(WINDOWS, st.integers(1, 30))
def test_every_frame_is_made_once_with_its_own_context(window: Window, count: int) -> None:
    padded = [min(max(i, 0), count - 1) for i in range(-window.past, count + window.future)]
    span = window.past + window.future + 1
    expected = [torch.tensor(padded[i : i + span]).float().mean() + 1000 * i for i in range(count)]
    assert run(window, [track(count)]) == pytest.approx([float(x) for x in expected])


def test_calls_have_the_declared_size_and_memory_is_bounded() -> None:
    window = Window(block=4, past=3, future=2)
    stage = MeanAndCount(window)
    runner: Windowed[FaceAttributes, FaceAttributes] = Windowed(window, stage, 0)
    most = 0
    for _ in range(200):
        list(runner.push(track(3)))
        held = runner._held
        assert held is not None
        most = max(most, length(held))
    assert set(stage.sizes) == {window.total}
    assert most <= window.total + 3


def test_latency_is_the_future() -> None:
    runner = Windowed(Window(block=2, future=3), MeanAndCount(Window(block=2, future=3)), 0)
    assert [len(list(runner.push(track(1)))) for _ in range(8)] == [0, 0, 0, 0, 1, 0, 1, 0]


def test_no_input_gives_no_output() -> None:
    assert list(Windowed(Window(block=2), MeanAndCount(Window(block=2)), 0).run([])) == []


@pytest.mark.parametrize(
    "bad", [{"block": 0}, {"block": 1, "past": -1}, {"block": 1, "future": -2}]
)
def test_impossible_windows_are_refused(bad: dict[str, int]) -> None:
    with pytest.raises(InvalidValue, match="block >= 1"):
        Window(**bad)
