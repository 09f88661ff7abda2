import numpy as np
import torch

from visemix.core.judging.comparison import CONTROLS
from visemix.core.testing.control_cases import sample_controls


def test_the_controls_differ_from_the_truth_as_their_names_say() -> None:
    cases = sample_controls()
    assert set(cases) < set(CONTROLS)
    real = cases["ground-truth"].real
    truth = [picture.astype(int) for picture in real.pictures()]
    for name, case in cases.items():
        made = list(case.made.pictures())
        assert len(made) == len(truth) and case.made.audio is case.real.audio
        error = np.mean([np.abs(a - b).mean() for a, b in zip(made, truth, strict=True)])
        low, high = {"ground-truth": (0, 0), "re-encoded": (0.1, 4)}.get(name, (2, 99))
        assert low <= error <= high, name
        assert case.made.track is not None and len(case.made.track.landmarks) == len(truth)
    still, shuffled = cases["still"].made.track, cases["shuffled"].made.track
    assert still is not None and shuffled is not None and real.track is not None
    assert not bool(still.landmarks.diff(dim=0).any())
    assert torch.equal(shuffled.landmarks[1], real.track.landmarks[2])
    first, second = (shuffled.action_units, real.track.action_units)
    assert not torch.equal(first, second)
