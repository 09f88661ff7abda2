"""The table of the rasterizers, after all of them were measured."""

import pytest

from benchmarks.rasterizer_table import Row, keep, table

ROWS = pytest.StashKey[list[Row]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[ROWS] = []


@pytest.fixture
def rows(pytestconfig: pytest.Config) -> list[Row]:
    """Where measurements go."""
    return pytestconfig.stash[ROWS]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    rows = config.stash[ROWS]
    if not rows:
        return
    terminalreporter.section("rasterizers")
    for line in table(rows):
        terminalreporter.write_line(line)
    terminalreporter.write_line(f"kept in {keep(rows)}")
