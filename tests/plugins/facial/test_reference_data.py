"""What the authors' own model heard and said goes through our windows, filter and numbers."""

from pathlib import Path

import numpy as np
import pytest
import torch

from visemix.core.plots import attribute_curves, pose_traces
from visemix.core.smoothing import savitzky_golay
from visemix.core.testing.samples import sample_subject
from visemix.core.timeline import cut, join, length
from visemix.core.values.attributes import FaceAttributes
from visemix.core.values.features import AudioFeatures
from visemix.core.values.pose import PoseConvention
from visemix.core.windows import Windowed
from visemix.plugins.facial.attribute_model import FacialGan
from visemix.plugins.facial.excerpts import Spoken
from visemix.plugins.facial.layout import EXPRESSION, POSE
from visemix.plugins.facial.speaking import Stitching
from visemix.plugins.facial.spread import spoken
from visemix.plugins.facial.units import Units
from visemix.plugins.speech_features.deepspeech_file import read_windows, zero_padded_windows

FRAMES = 731
FPS = 30.0


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    found = shared / "reference" / "facial"
    if not found.is_dir():
        pytest.skip("the reference data in ../shared/reference/facial are not here")
    return found


@pytest.fixture(scope="module")
def heard(folder: Path) -> torch.Tensor:
    return read_windows(folder / "obama2.pkl")


@pytest.fixture(scope="module")
def face(folder: Path) -> torch.Tensor:
    with np.load(folder / "obama2.npz") as stored:
        return torch.from_numpy(stored["face"]).float()


def attributes(face: torch.Tensor) -> FaceAttributes:
    """Their numbers through ours: the pose is as it is, AU45 may be slightly negative in theirs."""
    units = Units(
        torch.zeros(6), torch.ones(6), PoseConvention.EULER_DEG_ORTHO, torch.full((6,), torch.inf)
    )
    return units.attributes(face, FPS, "bfm-64")


def test_our_windows_are_theirs(heard: torch.Tensor) -> None:
    """Row 8 is the frame's own; eight zero rows before the clip and seven after it."""
    assert heard.shape == (FRAMES, 16, 29)
    ours = zero_padded_windows(heard[:, 8])
    inner = slice(8, FRAMES - 8)
    assert torch.equal(ours[inner], heard[inner])
    assert torch.equal(ours[:8], heard[:8])
    rows = Spoken(heard, torch.zeros(FRAMES, 71), torch.zeros(FRAMES, dtype=torch.bool)).rows()
    assert rows is not None and rows.shape == (FRAMES + 15, 29)


def test_their_numbers_are_attributes(face: torch.Tensor) -> None:
    made = attributes(face)
    assert made.expression is not None and made.pose is not None and made.blink is not None
    assert torch.equal(made.expression, face[:, EXPRESSION])
    assert torch.equal(torch.cat((made.pose.rotation, made.pose.translation), 1), face[:, POSE])
    assert float(made.pose.translation[:, 0].mean()) == pytest.approx(168.8, abs=0.1)
    assert float((made.blink - face[:, 6]).abs().max()) < 0.13, "only below zero it is cut"


def test_their_numbers_are_smooth_already(face: torch.Tensor) -> None:
    """They passed the same two filters once, so ours take away far less than from noise."""
    smoothing = FacialGan(window=32, channels=8).smoothing
    assert smoothing is not None
    made = attributes(face)
    smooth = join(list(Windowed(smoothing.runner(32), smoothing.step).run([made])))
    assert length(smooth) == FRAMES
    assert smooth.expression is not None and made.expression is not None
    change = (smooth.expression - made.expression)[3:-3].std()
    noise = made.expression.std() * (1 - float(savitzky_golay(7, 3)[3])) ** 0.5
    assert float(change) < 0.1 * float(noise)
    pieces = [cut(made, k, min(k + 50, FRAMES)) for k in range(0, FRAMES, 50)]
    streamed = join(list(Windowed(smoothing.runner(32), smoothing.step).run(pieces)))
    assert streamed.pose is not None and smooth.pose is not None
    assert torch.equal(streamed.pose.rotation, smooth.pose.rotation)


def test_their_clip_is_stitched_as_we_stitch(heard: torch.Tensor, face: torch.Tensor) -> None:
    """A network that knew their answers would say them: five blocks of 127 frames and a rest."""
    place = {window.numpy().tobytes(): k for k, window in enumerate(heard[:, 8])}

    def knows(features: torch.Tensor, state: torch.Tensor) -> torch.Tensor:
        del state
        return face[[place[row.numpy().tobytes()] for row in features[:, 8]]]

    made = spoken(heard, torch.zeros(71), Stitching(128, 8), knows)
    torch.testing.assert_close(made, face, atol=1e-4, rtol=1e-4)


def test_the_published_network_hears_their_features(heard: torch.Tensor) -> None:
    subject = sample_subject()
    torch.manual_seed(0)
    model = FacialGan()
    model.load_weights(model.weights())
    features = AudioFeatures(heard[:300], FPS, "deepspeech", 8.0, 7000 / FPS)
    runner = Windowed(model.window, model.predict, model.begin(subject, 0))
    made = join(list(runner.run([features])))
    assert made.expression is not None and made.expression.shape == (300, 64)


def test_their_clip_is_drawn(face: torch.Tensor, tmp_path: Path) -> None:
    series = {"released model": attributes(face)}
    attribute_curves(series, tmp_path / "curves.png")
    pose_traces(series, tmp_path / "traces.png", seconds=5)
    sizes = [(tmp_path / name).stat().st_size for name in ("curves.png", "traces.png")]
    assert min(sizes) > 20_000
