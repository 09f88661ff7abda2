"""One long video, judged in pieces."""

from typing import Any

import pytest

from visemix.core.judging.comparison import CONTROLS


def test_pieces_of_one_video_are_judged_apart(arena: Any) -> None:
    arena.write("[difference, seconds]", pieces=2)
    done = arena.run(*arena.words("quick"), "--jobs", 2)
    assert done.code == 0, done.err
    found = arena.comparison()
    assert [clip.name for clip in found.clips] == ["one.1", "one.2", "two"]
    assert found.clips[0].seconds == pytest.approx(0.2)
    cases = len(list((arena.folder / "report/work/cases").glob("*/video.mp4")))
    assert cases == 2 * (len(CONTROLS) + 1), "a video per row and whole clip"
    values = {(v.system, v.clip, v.metric): v for v in found.values}
    halves = [values["still", f"one.{k}", "difference"].value for k in (1, 2)]
    assert None not in halves
    assert halves[0] < halves[1], "a still picture is worse, the later it is"
    assert values["quick", "one.1", "seconds"].value is not None
    assert values["quick", "one.2", "seconds"].value is None
    shown = {v.clip: v for v in found.videos if v.system == "quick"}
    assert shown["one.1"].video and not shown["one.2"].video
    assert (arena.folder / "report" / shown["one.2"].sheet).is_file()
