"""What a training step shows: the right frames, references and matched references."""

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from visemix.core.testing.sample_material import sample_material
from visemix.core.testing.samples import SamplePlan
from visemix.core.training.chosen_references import FewShot
from visemix.core.training.frame_batch import signed
from visemix.core.training.frame_batches import Cut, FrameBatches
from visemix.core.training.render_bank import RenderBank, render_bank
from visemix.core.training.stage import Shard
from visemix.core.values.pose import PoseConvention
from visemix.plugins.rhythmic_head.generator.edges import SEEN, with_edges
from visemix.plugins.rhythmic_head.generator.examples import Choice, Examples, Shown

R = 6


@pytest.fixture(scope="module")
def bank() -> RenderBank:
    material = sample_material(SamplePlan(frames=24))
    return with_edges(render_bank(material.examples[0], material.need_parts()))


def examples(bank: RenderBank, choice: Choice, batch: int = 4, length: int = 1) -> Examples:
    cut = Cut(length=length, references=FewShot(R, maps=(SEEN,)))
    return Examples(FrameBatches([bank], cut, batch, 3), [bank.example.subject], choice, 3)


def step(of: Examples, number: int, shard: Shard | None = None) -> Shown:
    return of.batch(number, shard or Shard()).to("cpu")


def place_of(picture: Tensor, among: Tensor) -> int:
    (found,) = (k for k, other in enumerate(among) if torch.equal(picture, other))
    return found


def test_what_is_shown_belongs_together(bank: RenderBank) -> None:
    shown = step(examples(bank, Choice(vary=False)), 0)
    real, render = signed(bank.real), signed(bank.rgb)
    for row in range(4):
        frame = place_of(shown.real[row], real)
        assert torch.equal(shown.scene.render[row], render[frame])
        assert torch.equal(shown.scene.landmarks[row] * 255, bank.maps["landmarks"][frame].float())
        for k in range(R):
            other = place_of(shown.known.pictures[row, k], real)
            assert other != frame
            seen = bank.maps[SEEN][other].float()
            assert_close(shown.known.landmarks[row, k] * 255, seen)
        place = place_of(shown.scene.matched[row], shown.known.pictures[row])
        assert torch.equal(shown.scene.matched_landmarks[row], shown.known.landmarks[row, place])


def test_the_matched_reference_is_the_worst_or_any(bank: RenderBank) -> None:
    pose = bank.example.subject.fit.attributes.pose
    assert pose is not None
    turned = pose.to(PoseConvention.ROTVEC_PX).rotation
    real = signed(bank.real)
    for worst, least, most in ((1.0, 24, 24), (0.0, 0, 12), (0.75, 14, 23)):
        hits = 0
        of = examples(bank, Choice(vary=False, worst=worst))
        for shown in (step(of, k) for k in range(6)):
            for row in range(4):
                frames = [place_of(p, real) for p in shown.known.pictures[row]]
                apart = turned[frames] - turned[place_of(shown.real[row], real)]
                matched = place_of(shown.scene.matched[row], shown.known.pictures[row])
                hits += matched == int(apart.abs().sum(1).argmax())
        assert least <= hits <= most


def test_steps_show_one_to_all_references(bank: RenderBank) -> None:
    of = examples(bank, Choice())
    counts = [step(of, k).known.pictures.shape[1] for k in range(40)]
    assert set(counts) == set(range(1, R + 1))
    assert {
        step(examples(bank, Choice(vary=False)), k).known.pictures.shape[1] for k in range(3)
    } == {R}


def test_shards_add_up(bank: RenderBank) -> None:
    of = examples(bank, Choice(jitter=0.2))
    whole = step(of, 5)
    for rank in (0, 1):
        part = step(of, 5, Shard(rank, 2))
        assert torch.equal(whole.scene.matched[rank::2], part.scene.matched)
        assert_close(whole.scene.landmarks[rank::2], part.scene.landmarks)
        assert torch.equal(whole.known.pictures[rank::2], part.known.pictures)


def test_sequences_share_their_references(bank: RenderBank) -> None:
    shown = step(examples(bank, Choice(vary=False), batch=2, length=3), 0)
    assert shown.layout == (2, 3)
    assert shown.real.shape[0] == shown.known.pictures.shape[0] == shown.scene.matched.shape[0] == 6
    assert torch.equal(shown.known.pictures[0], shown.known.pictures[2])
    assert not torch.equal(shown.known.pictures[0], shown.known.pictures[3])
    sample = shown.sample(shown.real, "sequence")
    assert sample.frames is not None and sample.frames.shape[:3] == (2, 3, 3)
    assert sample.condition is not None and sample.condition.shape[:3] == (2, 3, 5)


def test_critics_see_a_reference_and_both_edge_maps(bank: RenderBank) -> None:
    shown = step(examples(bank, Choice()), 1)
    condition = shown.sample(shown.real, "frames").condition
    assert condition is not None and condition.shape == (4, 5, 128, 128)
    assert torch.equal(condition[:, 1:4], shown.scene.matched)
    assert torch.equal(condition[:, 4:], shown.scene.landmarks)


def test_jitter_moves_edge_maps_only(bank: RenderBank) -> None:
    still, moved = (step(examples(bank, Choice(jitter=j)), 2) for j in (0.0, 0.2))
    assert torch.equal(still.scene.matched, moved.scene.matched)
    assert not torch.allclose(still.scene.landmarks, moved.scene.landmarks)
    assert not torch.allclose(still.known.landmarks, moved.known.landmarks)
