"""The refiner as a part: it conforms, streams, keeps its weights, and says what is wrong."""

import inspect
from importlib.resources import files
from pathlib import Path
from typing import Any

import attrs
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
from visemix.plugins import facial
from visemix.plugins.facial.refiner import RenderingToVideo
from visemix.plugins.facial.render_losses import WEIGHTS

TINY: dict[str, Any] = {"width": 8, "downs": 1, "blocks": 1, "local_blocks": 1, "half_window": 2}
MANIFEST = yaml.safe_load((files(facial) / "manifest.yaml").read_text("utf-8"))
CONTRACT = next(p for p in MANIFEST["parts"] if p["name"] == "facial-render-to-video")


def taught(**changes: str | int) -> RenderingToVideo:
    """With weights that do something: white where the render is bright."""
    refiner = RenderingToVideo(**{**TINY, **changes})
    refiner.load_weights({k: 10 * v for k, v in refiner.weights().items()})
    return refiner


@pytest.mark.parametrize("attention", ["channel", "overwrite_rgb", "off"])
def test_it_conforms(attention: str) -> None:
    contract = Contract(
        CONTRACT["name"],
        "refiner",
        consumes=CONTRACT["consumes"],
        stages=tuple(CONTRACT["stages"]),
    )
    check_part("refiner", taught(eye_attention=attention, offsets="released"), contract, {})


def frames(refiner: RenderingToVideo, pieces: tuple[int, ...]) -> Frames:
    """The sample person, in pieces of a stream."""
    material = sample_material(SamplePlan(frames=sum(pieces)), ("eye_attention",))
    subject, parts = material.examples[0].subject, material.need_parts()
    shot = draw(parts, own_frames(subject), subject)
    starts = [sum(pieces[:k]) for k in range(len(pieces))]
    parts_of_it = [cut(shot, a, a + n) for a, n in zip(starts, pieces, strict=True)]
    runner = Windowed(refiner.window, refiner.refine, refiner.begin(subject))
    return join(list(runner.run(parts_of_it)))


def test_a_stream_gives_the_frames_of_the_file() -> None:
    whole, streamed = (frames(taught(block=3), p) for p in ((11,), (1, 2, 7, 1)))
    assert len(whole.rgb) == 11
    assert torch.equal(whole.rgb, streamed.rgb)


def test_the_window_reaches_as_far_as_published() -> None:
    paper, released = (RenderingToVideo(offsets=name).window for name in ("paper", "released"))
    assert (paper.past, paper.future) == (5, 4)
    assert (released.past, released.future) == (6, 3)


def test_the_crop_can_be_shown_alone() -> None:
    assert frames(taught(paste="crop"), (4,)).rgb.shape == (4, 3, 128, 128)
    assert frames(taught(), (4,)).rgb.shape == (4, 3, 160, 192)


def test_weights_go_out_and_in(tmp_path: Path) -> None:
    refiner = taught()
    save_file(refiner.weights(), tmp_path / "mine.safetensors")
    again = RenderingToVideo(**TINY, weights=str(tmp_path / "mine.safetensors"))
    assert torch.equal(frames(refiner, (5,)).rgb, frames(again, (5,)).rgb)
    assert again.files() == {"weights": tmp_path / "mine.safetensors"}
    assert RenderingToVideo(**TINY).files() == {}


def test_weights_of_another_size_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="do not fit"):
        RenderingToVideo(**{**TINY, "width": 4}).load_weights(taught().weights())


def test_it_must_learn_a_person_first() -> None:
    with pytest.raises(CheckpointError, match=r"has not learned a person yet.*visemix train"):
        frames(RenderingToVideo(**TINY), (4,))


def test_an_unknown_attention_is_refused() -> None:
    with pytest.raises(InvalidValue, match="expected one of channel, overwrite_rgb, off"):
        RenderingToVideo(eye_attention="left")


def test_a_blink_changes_the_eyes_only_if_it_is_told() -> None:
    material = sample_material(SamplePlan(frames=5), ("eye_attention",))
    subject, parts = material.examples[0].subject, material.need_parts()
    shot = draw(parts, own_frames(subject), subject)
    blinking = attrs.evolve(shot.match.attributes, blink=torch.full((5,), 5.0))
    other = attrs.evolve(shot, match=attrs.evolve(shot.match, attributes=blinking))
    for attention in ("channel", "overwrite_rgb", "off"):
        refiner = taught(eye_attention=attention)
        state = refiner.begin(subject)
        made = [refiner.refine(cut(s, 0, 5), state).output.rgb for s in (shot, other)]
        assert torch.equal(*made) == (attention == "off")


def test_settings_and_defaults_are_those_of_the_manifest() -> None:
    taken = inspect.signature(RenderingToVideo).parameters
    listed = {name: setting["default"] for name, setting in CONTRACT["settings"].items()}
    assert {name: p.default for name, p in taken.items()} == listed
    assert set(CONTRACT["losses"]) == set(WEIGHTS)
