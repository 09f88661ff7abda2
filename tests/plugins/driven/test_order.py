import pytest

from visemix.plugins.driven.order import order


@pytest.mark.parametrize("after", ["bounce", "hold", "repeat"])
@pytest.mark.parametrize("frames", [1, 2, 7])
def test_pieces_are_the_whole(after: str, frames: int) -> None:
    whole = order(0, 40, frames, after).tolist()
    assert [int(order(k, 1, frames, after)) for k in range(40)] == whole
    assert whole[:frames] == list(range(frames))
    assert set(whole) == set(range(frames))


def test_there_and_back_without_a_jump() -> None:
    assert order(0, 60, 9, "bounce").diff().abs().tolist() == [1] * 59
