"""CSIM and ACD, with a network that only sees colours."""

import math
from pathlib import Path

import attrs
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from visemix.core.errors import CheckpointError
from visemix.core.judging.case import Case, Take
from visemix.core.testing.control_cases import rearranged, sample_controls
from visemix.core.values.subject import Picture
from visemix.plugins.onnx_identity.alignment import aligned
from visemix.plugins.onnx_identity.metrics import Acd, Csim, CsimSource


@pytest.fixture(scope="module")
def controls() -> dict[str, Case]:
    return sample_controls()


def vector(take: Take, frame: int) -> NDArray[np.float64]:
    """What the network of the tests makes of a frame: mean colours of 4 x 4 squares."""
    assert take.track is not None
    face = aligned(take.frames[frame], take.track.landmarks[frame], 112).astype(np.float64)
    squares = ((face - 127.5) / 127.5).reshape(4, 28, 4, 28, 3).mean((1, 3))
    colours: NDArray[np.float64] = squares.transpose(2, 0, 1).reshape(-1)
    return colours / np.linalg.norm(colours)


def test_csim_by_hand(network: Path, controls: dict[str, Case]) -> None:
    case = controls["still"]
    seen = Csim(model=str(network), every=20).observe(case)
    wanted = [vector(case.made, k) @ vector(case.real, k) for k in (0, 20, 60)]  # 40 was lost
    assert seen.values["value"].tolist() == pytest.approx(wanted, abs=1e-4)
    source = CsimSource(model=str(network), every=20).observe(case)
    mean = sum(vector(case.reference, k) for k in (0, 20, 60))
    unit = mean / np.linalg.norm(mean)
    assert float(source.values["value"][1]) == pytest.approx(vector(case.made, 20) @ unit, abs=1e-4)


def test_acd_by_hand_with_the_truth_beside_it(network: Path, controls: dict[str, Case]) -> None:
    case = controls["re-encoded"]
    seen = Acd(model=str(network), every=20).observe(case)
    still = vector(case.reference, 0)
    for name, take in (("value", case.made), ("truth", case.real)):
        wanted = [np.linalg.norm(vector(take, k) - still) for k in (0, 20, 60)]
        assert seen.values[name].tolist() == pytest.approx(wanted, abs=1e-3)
    made, real = float(seen.values["value"].mean()), float(seen.values["truth"].mean())
    assert seen.note == f"the truth's own is {real:.4f}, ratio {made / real:.3f}"
    standing = Acd(model=str(network), every=20)
    still_case = attrs.evolve(case, made=rearranged(case.real, (0,) * 75))
    assert standing.conclude([standing.observe(still_case)]) == pytest.approx(0, abs=1e-6)


def test_controls_come_out_in_order(network: Path, controls: dict[str, Case]) -> None:
    metric = Csim(model=str(network), every=5)
    found = {name: metric.conclude([metric.observe(case)]) for name, case in controls.items()}
    assert found["ground-truth"] == pytest.approx(1, abs=1e-5)
    assert found["ground-truth"] > found["re-encoded"] > found["still"]


def test_another_person_is_farther(network: Path, controls: dict[str, Case]) -> None:
    def green(picture: Picture) -> Picture:
        return np.ascontiguousarray(picture[..., [2, 0, 1]])

    case = controls["ground-truth"]
    other = attrs.evolve(case, made=rearranged(case.real, range(75), green))
    for metric, better in ((Csim, 1), (CsimSource, 1), (Acd, -1)):
        built = metric(model=str(network), every=20)
        same, else_ = (built.conclude([built.observe(c)]) for c in (case, other))
        assert better * same > better * else_ + 0.05


def test_three_metrics_look_once(
    network: Path, controls: dict[str, Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = attrs.evolve(controls["ground-truth"], made=attrs.evolve(controls["ground-truth"].made))
    Csim(model=str(network), every=25).observe(case)
    second = CsimSource(model=str(network), every=25)
    monkeypatch.setattr(second, "embedded", None)
    assert not math.isnan(second.conclude([second.observe(case)]))


def test_what_shows_no_face_is_not_measured(network: Path, controls: dict[str, Case]) -> None:
    case = controls["ground-truth"]
    track = case.made.track
    assert track is not None
    unseen = attrs.evolve(track, found=torch.zeros_like(track.found))
    for changed in (None, unseen):
        seen = Csim(model=str(network)).observe(
            attrs.evolve(case, made=attrs.evolve(case.made, track=changed))
        )
        assert math.isnan(float(seen.values["value"])) and seen.note == "no face"


def test_without_a_network_they_do_not_start() -> None:
    with pytest.raises(CheckpointError, match="needs a face-recognition network"):
        Csim()
