import os
import warnings

import pytest

from visemix.plugins.mediapipe_tracker.quiet import quiet


def test_chatter_is_dropped_and_the_rest_is_handed_on(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet():
        os.write(2, b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n")
        os.write(2, b"W0000 00:00:1.2 3 x.cc:114] Feedback manager\n")
        os.write(2, b"out of memory\n")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "out of memory\nafter\n"


def test_standard_error_comes_back_after_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError), quiet():
        raise KeyError
    os.write(2, b"here\n")
    assert capfd.readouterr().err == "here\n"


def test_python_warnings_are_kept_off() -> None:
    with quiet():
        warnings.warn("deprecated", DeprecationWarning, stacklevel=1)
