import threading
import time
from collections.abc import Iterator

import pytest

from visemix.core.subjects.read_ahead import read_ahead


def test_an_error_comes_after_the_items_before_it() -> None:
    def broken() -> Iterator[int]:
        yield 1
        yield 2
        raise KeyError("gone")

    seen = []
    with pytest.raises(KeyError, match="gone"):
        for item in read_ahead(broken(), 4):
            seen.append(item)
    assert seen == [1, 2]


def test_it_stays_a_few_items_ahead() -> None:
    made: list[int] = []

    def endless() -> Iterator[int]:
        while True:
            made.append(len(made))
            yield made[-1]

    items = read_ahead(endless(), 3)
    assert next(items) == 0
    time.sleep(0.2)
    assert 4 <= len(made) <= 6
    items.close()
    count = len(made)
    time.sleep(0.2)
    assert len(made) == count
    assert not [t for t in threading.enumerate() if t.name == "visemix-read"]


def test_the_items_are_made_in_another_thread() -> None:
    names = (threading.current_thread().name for _ in range(3))
    assert set(read_ahead(names, 2)) == {"visemix-read"}
