from collections.abc import Iterator, Sequence

import pytest
import torch

from visemix.core.pipeline import posed
from visemix.core.timeline import cut, join, length
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.pose import HeadPose, PoseConvention

FRAMES = 23


def numbered(factor: float, expression: bool = True) -> FaceAttributes:
    """Frame t has t * factor everywhere."""
    count = torch.arange(FRAMES, dtype=torch.float32)[:, None].expand(-1, 3) * factor
    pose = HeadPose(count, 2 * count, PoseConvention.ROTVEC_PX)
    return FaceAttributes(25.0, count if expression else None, "x", pose)


def blocks(whole: FaceAttributes, sizes: Sequence[int]) -> Iterator[FaceAttributes]:
    start = 0
    for size in sizes:
        yield cut(whole, start, min(start + size, FRAMES))
        start += size


@pytest.mark.parametrize("said", [(23,), (7, 7, 7, 2), (1,) * 23])
@pytest.mark.parametrize("heads", [(23,), (10, 10, 3), (1,) * 23])
def test_the_pose_comes_from_the_head_motion(said: Sequence[int], heads: Sequence[int]) -> None:
    made = list(posed(blocks(numbered(1), said), blocks(numbered(-1, False), heads)))
    assert [length(block) for block in made] == list(said)
    whole = join(made)
    assert whole.expression is not None and whole.pose is not None
    torch.testing.assert_close(whole.expression, numbered(1).expression)
    torch.testing.assert_close(whole.pose.rotation, -whole.expression)
    torch.testing.assert_close(whole.pose.translation, -2 * whole.expression)


def test_no_more_is_asked_for_than_is_needed() -> None:
    asked = []

    def heads() -> Iterator[FaceAttributes]:
        for block in blocks(numbered(-1), (5,) * 5):
            asked.append(length(block))
            yield block

    made = posed(blocks(numbered(1), (4, 4, 15)), heads())
    next(made)
    assert asked == [5]
    next(made)
    assert asked == [5, 5]
