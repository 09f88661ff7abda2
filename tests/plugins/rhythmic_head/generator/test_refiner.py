"""The refiner as a part: it conforms, streams, keeps its weights, and says what is wrong."""

import inspect
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from safetensors.torch import save_file

from visemix.core.contracts import Contract
from visemix.core.errors import CheckpointError, InvalidValue
from visemix.core.pipeline import draw
from visemix.core.testing.contracts import check_part
from visemix.core.testing.sample_material import sample_material
from visemix.core.testing.samples import SamplePlan
from visemix.core.timeline import cut, join
from visemix.core.training.render_bank import own_frames
from visemix.core.values.frames import Frames
from visemix.core.windows import Windowed
from visemix.plugins import rhythmic_head
from visemix.plugins.rhythmic_head.generator.losses import PAPER
from visemix.plugins.rhythmic_head.generator.refiner import RhythmicGenerator

TINY: dict[str, Any] = {
    **{"width": 4, "downs": 2, "adaptive": 2, "flow_downs": 1, "flow_blocks": 1},
    **{"norm": "instance", "references": 3},
}
MANIFEST = yaml.safe_load((files(rhythmic_head) / "manifest.yaml").read_text("utf-8"))
CONTRACT = next(p for p in MANIFEST["parts"] if p["name"] == "rhythmic-generator")


def taught(**changes: Any) -> RhythmicGenerator:
    """With weights that show something."""
    refiner = RhythmicGenerator(**{**TINY, **changes})
    weights = refiner.weights()
    weights["decoder.conv_img.weight"] *= 50
    refiner.load_weights(weights)
    return refiner


@pytest.mark.parametrize("norm", ["batch", "instance"])
def test_it_conforms(norm: str) -> None:
    contract = Contract(CONTRACT["name"], "refiner", stages=tuple(CONTRACT["stages"]))
    check_part("refiner", taught(norm=norm), contract, {})


def frames(refiner: RhythmicGenerator, pieces: tuple[int, ...]) -> Frames:
    """The sample person, in pieces of a stream."""
    material = sample_material(SamplePlan(frames=sum(pieces)))
    subject, parts = material.examples[0].subject, material.need_parts()
    shot = draw(parts, own_frames(subject), subject)
    starts = [sum(pieces[:k]) for k in range(len(pieces))]
    parts_of_it = [cut(shot, a, a + n) for a, n in zip(starts, pieces, strict=True)]
    runner = Windowed(refiner.window, refiner.refine, refiner.begin(subject))
    return join(list(runner.run(parts_of_it)))


def test_a_stream_gives_the_frames_of_the_file() -> None:
    whole, streamed = (frames(taught(block=3), p) for p in ((8,), (1, 2, 5)))
    assert len(whole.rgb) == 8
    assert torch.equal(whole.rgb, streamed.rgb)


def test_the_crop_can_be_shown_alone() -> None:
    assert frames(taught(paste="crop"), (4,)).rgb.shape == (4, 3, 128, 128)
    assert frames(taught(), (4,)).rgb.shape == (4, 3, 160, 192)


def test_one_checkpoint_takes_any_number_of_references() -> None:
    weights = taught().weights()
    made = []
    for references in (1, 8, 32):
        refiner = RhythmicGenerator(**{**TINY, "references": references})
        refiner.load_weights(weights)
        made.append(frames(refiner, (12,)).rgb)
    assert not torch.equal(made[0], made[1])
    assert made[2].shape == made[0].shape


def test_weights_go_out_and_in(tmp_path: Path) -> None:
    refiner = taught()
    save_file(refiner.weights(), tmp_path / "mine.safetensors")
    again = RhythmicGenerator(**TINY, weights=str(tmp_path / "mine.safetensors"))
    assert torch.equal(frames(refiner, (4,)).rgb, frames(again, (4,)).rgb)
    assert again.files() == {"weights": tmp_path / "mine.safetensors"}
    assert RhythmicGenerator(**TINY).files() == {}


def test_weights_of_another_size_are_refused() -> None:
    with pytest.raises(CheckpointError, match="do not fit"):
        RhythmicGenerator(**{**TINY, "width": 2}).load_weights(taught().weights())


def test_it_must_learn_first() -> None:
    with pytest.raises(CheckpointError, match=r"has not learned anything yet.*visemix train"):
        frames(RhythmicGenerator(**TINY), (4,))


@pytest.mark.parametrize("setting", ["composition", "combine", "upsampling", "norm"])
def test_unknown_choices_are_refused(setting: str) -> None:
    with pytest.raises(InvalidValue, match=f"{setting}: expected .* or .*, got 'left'"):
        RhythmicGenerator(**{**TINY, setting: "left"})


def test_settings_and_defaults_are_those_of_the_manifest() -> None:
    taken = inspect.signature(RhythmicGenerator).parameters
    listed = {name: setting["default"] for name, setting in CONTRACT["settings"].items()}
    assert {name: p.default for name, p in taken.items()} == listed
    assert set(CONTRACT["losses"]) == set(PAPER)
