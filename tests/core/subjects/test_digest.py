from pathlib import Path

import pytest

from visemix.core.errors import MediaError
from visemix.core.subjects.digest import digest_of


def test_content_and_way_count_the_name_does_not(tmp_path: Path) -> None:
    a, b, c = (tmp_path / name for name in "abc")
    a.write_bytes(b"x" * 3_000_000)
    b.write_bytes(b"x" * 3_000_000)
    c.write_bytes(b"x" * 2_999_999 + b"y")
    assert digest_of(a, "25") == digest_of(b, "25")
    assert len({digest_of(a, "25"), digest_of(a, "30"), digest_of(c, "25")}) == 3


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="cannot be read"):
        digest_of(tmp_path / "none.mp4", "")
