"""What every test has: one thread, few examples, a cache of its own, and small samples."""

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import numpy as np
import pytest
import torch

from visemix.core.testing.samples import sample_speech
from visemix.core.values.audio import Audio

ROOT = Path(__file__).parents[1]

hypothesis.settings.register_profile(
    "visemix", deadline=None, max_examples=25, derandomize=True, database=None
)
hypothesis.settings.load_profile("visemix")


def pytest_configure(config: pytest.Config) -> None:
    """One thread: the machines that run the tests are small, and results do not depend on it.

    A shell that starts the tests in the background has them ignore Ctrl-C, and so would the
    processes that the tests start and interrupt.
    """
    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def own_cache() -> Iterator[Path]:
    """Prepared subjects go to a folder of this session, for the processes that tests start too."""
    with tempfile.TemporaryDirectory(prefix="visemix-tests-") as folder:
        patch = pytest.MonkeyPatch()
        patch.setenv("VISEMIX_CACHE", folder)
        yield Path(folder)
        patch.undo()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real clips and published files beside the checkout."""
    folder = ROOT.parent / "shared"
    if not (folder / "media").is_dir():
        pytest.skip("the real clips in ../shared/media are not here")
    return folder


@pytest.fixture
def tiny_audio() -> Audio:
    """A second of a voice that opens and shuts its mouth."""
    return sample_speech(1.0)


@pytest.fixture
def seeded() -> torch.Generator:
    """Every random number generator at 0; a torch generator of one's own."""
    torch.manual_seed(0)
    np.random.seed(0)
    return torch.Generator().manual_seed(0)


@pytest.fixture
def one_thread() -> dict[str, str]:
    """Environment of a process that a test starts."""
    threads = ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS")
    return os.environ | dict.fromkeys(threads, "1") | {"TQDM_DISABLE": "1"}
