"""Filters over attributes are centred, exact on what they should keep, and stream."""

import attrs
import pytest
import torch
from scipy.signal import savgol_filter

from visemix.core.errors import InvalidValue
from visemix.core.smoothing import Smoothing, gaussian_taps, savitzky_golay
from visemix.core.testing.samples import SamplePlan, sample_attributes
from visemix.core.timeline import cut, join, length
from visemix.core.values.attributes import FaceAttributes
from visemix.core.windows import Windowed


def run(smoothing: Smoothing, pieces: list[FaceAttributes], block: int = 8) -> FaceAttributes:
    return join(list(Windowed(smoothing.runner(block), smoothing.step).run(pieces)))


def test_taps_are_those_of_scipy() -> None:
    impulse = torch.zeros(15)
    impulse[7] = 1
    wanted = savgol_filter(impulse.numpy(), 7, 3)[4:11]
    assert savitzky_golay(7, 3).numpy() == pytest.approx(wanted, abs=1e-6)


def test_a_cubic_stays_and_noise_goes() -> None:
    time = torch.linspace(-1, 1, 40)
    cubic = (time**3 - time)[:, None].expand(40, 64)
    noise = 0.1 * torch.randn(40, 64, generator=torch.Generator().manual_seed(0))
    clean = FaceAttributes(25.0, expression=cubic.contiguous(), basis="x")
    noisy = attrs.evolve(clean, expression=cubic + noise)
    kept, filtered = run(Smoothing(), [clean]).expression, run(Smoothing(), [noisy]).expression
    assert kept is not None and filtered is not None
    torch.testing.assert_close(kept[3:-3], cubic[3:-3], atol=1e-5, rtol=0)
    error = (filtered - cubic)[3:-3].std()
    # White noise keeps the square root of the taps' energy.
    assert error == pytest.approx(0.1 * float(savitzky_golay(7, 3).norm()), rel=0.1)


def test_it_moves_nothing_in_time() -> None:
    taps = gaussian_taps(5, 1.0)
    assert torch.equal(taps, taps.flip(0))
    assert float(taps.sum()) == pytest.approx(1)


def test_the_released_taps_come_a_frame_early() -> None:
    """SYSTEMS A.4, step 5: weights for frames n-2 to n+2."""
    taps = gaussian_taps(5, 1.0, peak=1)
    assert taps.tolist() == pytest.approx([0.005, 0.057, 0.257, 0.424, 0.257], abs=1e-3)


def test_a_stream_is_filtered_like_the_file() -> None:
    attributes = sample_attributes(SamplePlan(frames=60))
    smoothing = Smoothing(pose_taps=5)
    whole = run(smoothing, [attributes])
    pieces = run(smoothing, [cut(attributes, k, min(k + 7, 60)) for k in range(0, 60, 7)])
    assert length(whole) == 60
    assert whole.pose is not None and pieces.pose is not None
    assert torch.equal(whole.pose.rotation, pieces.pose.rotation)
    assert whole.blink is not None and attributes.blink is not None
    assert not torch.equal(whole.blink, attributes.blink)
    assert float(whole.blink.min()) >= 0


@pytest.mark.parametrize(
    "settings", [{"window": 4}, {"pose_taps": 2}, {"order": 7}, {"window": -1}]
)
def test_impossible_filters_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(InvalidValue):
        Smoothing(**settings)
