"""Examples for refiners: the right frames, every one once an epoch, in shards that add up."""

import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.errors import TrainingError
from visemix.core.testing.sample_material import sample_material
from visemix.core.testing.samples import SamplePlan
from visemix.core.training.chosen_references import FewShot
from visemix.core.training.frame_batch import FrameBatch, References, signed
from visemix.core.training.frame_batches import Cut, FrameBatches, shot_around, starts
from visemix.core.training.render_bank import RenderBank
from visemix.core.training.stage import Shard

FRAMES = 60


@pytest.fixture(scope="module")
def bank() -> RenderBank:
    """Pictures whose pixels say which frame they are; frames 40 to 42 are lost; a cut at 20."""
    material = sample_material(SamplePlan(frames=FRAMES))
    example = material.examples[0]
    cuts = torch.zeros(FRAMES, dtype=torch.bool)
    cuts[20] = True
    track = attrs.evolve(example.subject.track, cut=cuts)
    example = attrs.evolve(example, subject=attrs.evolve(example.subject, track=track))
    numbers = torch.arange(FRAMES, dtype=torch.uint8)[:, None, None, None]
    pictures = numbers.expand(-1, 3, 4, 6).contiguous()
    alpha = numbers.expand(-1, 1, 4, 6).contiguous()
    return RenderBank(example, pictures, pictures + 100, alpha, {"m": alpha}, torch.zeros(FRAMES))


def frames_in(pictures: Tensor) -> list[int]:
    return pictures[..., 0, 0, 0].flatten().tolist()


def test_an_epoch_has_every_good_frame_once(bank: RenderBank) -> None:
    batches = FrameBatches([bank], Cut(), batch=1, seed=3)
    assert batches.count == FRAMES - 3
    seen = [int(batches.batch(k, Shard()).frame) for k in range(batches.count)]
    assert sorted(seen) == [*range(40), *range(43, FRAMES)]
    again = [int(batches.batch(k + batches.count, Shard()).frame) for k in range(5)]
    assert again != seen[:5]


def test_windows_stop_at_cuts_and_at_the_ends(bank: RenderBank) -> None:
    batches = FrameBatches([bank], Cut((-2, -1, 0, 1)), batch=FRAMES - 3, seed=0)
    batch = batches.batch(0, Shard())
    windows = {
        int(frame): frames_in(window)
        for frame, window in zip(batch.frame[:, 0], batch.window_real, strict=True)
    }
    assert windows[0] == [0, 0, 0, 1]
    assert windows[19] == [17, 18, 19, 19]
    assert windows[20] == [20, 20, 20, 21]
    assert windows[59] == [57, 58, 59, 59]
    assert batch.window_rgb[0, 0, :, 0, 0, 0].tolist() == [
        f + 100 for f in windows[int(batch.frame[0, 0])]
    ]
    assert torch.equal(batch.window_maps["m"], batch.window_alpha)


def test_sequences_stay_within_a_shot(bank: RenderBank) -> None:
    assert starts(bank, 5) == [*range(16), *range(20, 36), *range(43, 56)]
    assert shot_around(bank, 25) == (20, 59)
    batch = FrameBatches([bank], Cut(length=5, sound_s=0.2), 3, seed=1).batch(4, Shard())
    assert batch.real.shape == (3, 5, 3, 4, 6)
    assert batch.sound is not None and batch.sound.shape == (3, 5, 3200)
    assert torch.equal(batch.frame.diff(dim=1), torch.ones(3, 4, dtype=torch.int64))


def test_sound_is_that_of_the_frame(bank: RenderBank) -> None:
    audio = bank.example.subject.audio
    assert audio is not None
    batch = FrameBatches([bank], Cut(sound_s=0.04), 1, seed=1).batch(0, Shard())
    frame = int(batch.frame)
    assert batch.sound is not None
    assert torch.equal(batch.sound[0, 0], audio.samples[frame * 640 : (frame + 1) * 640])


def test_two_shards_are_one_batch(bank: RenderBank) -> None:
    cut = Cut((-1, 0), flip=True, zoom=1.5)
    batches = FrameBatches([bank], cut, batch=4, seed=5)
    whole = batches.batch(3, Shard())
    halves = [batches.batch(3, Shard(rank, 2)) for rank in (0, 1)]
    for rank, half in enumerate(halves):
        for field in attrs.fields(FrameBatch):
            value, part = getattr(whole, field.name), getattr(half, field.name)
            if isinstance(value, Tensor):
                assert torch.equal(value[rank::2], part), field.name
    assert halves[0].to("cpu").frame.tolist() == halves[0].frame.tolist()


def test_augmentation_changes_all_pictures_alike() -> None:
    material = sample_material(SamplePlan(frames=4))
    example = material.examples[0]
    ramp = torch.arange(32, dtype=torch.uint8).expand(4, 3, 32, 32).contiguous()
    made = RenderBank(example, ramp, ramp, ramp[:, :1], {}, torch.zeros(4))
    batch = FrameBatches([made], Cut(flip=True, zoom=1.25), 16, seed=0).batch(0, Shard())
    assert torch.equal(batch.real, batch.window_rgb[:, :, 0])
    slope = batch.real[:, 0, 0, 0].float().diff(dim=-1).mean(-1)
    assert 3 < (slope < 0).sum() < 13, "about half are mirrored"
    assert slope.abs().mean() == pytest.approx(1 / 1.25, rel=0.1)


def test_the_zoom_can_vary() -> None:
    example = sample_material(SamplePlan(frames=4)).examples[0]
    ramp = (2 * torch.arange(64, dtype=torch.uint8)).expand(4, 3, 64, 64).contiguous()
    made = RenderBank(example, ramp, ramp, ramp[:, :1], {}, torch.zeros(4))
    cut = Cut(zoom=1.5, vary_zoom=True)
    batch = FrameBatches([made], cut, 16, seed=0).batch(0, Shard())
    zooms = 2 / batch.real[:, 0, 0, 0].float().diff(dim=-1).mean(-1)
    assert 0.97 < zooms.min() < 1.15
    assert 1.3 < zooms.max() < 1.55


def test_bytes_become_numbers_around_zero() -> None:
    made = signed(torch.tensor([0, 255], dtype=torch.uint8))
    assert made.tolist() == [-1, 1]


def test_nothing_to_learn_from_is_explained(bank: RenderBank) -> None:
    with pytest.raises(TrainingError, match="in 30 frames in a row"):
        FrameBatches([bank], Cut(length=30), 1, 0)
    other = attrs.evolve(bank, real=bank.real[..., :4])
    with pytest.raises(TrainingError, match="different sizes"):
        FrameBatches([bank, other], Cut(), 1, 0)


def references(bank: RenderBank, few: FewShot, batch: int = 30) -> References:
    found = FrameBatches([bank], Cut(references=few), batch, seed=2).batch(0, Shard()).references
    assert found is not None
    return found


def test_references_are_other_frames_with_a_face(bank: RenderBank) -> None:
    batch = FrameBatches([bank], Cut(references=FewShot(8, gap=4, maps=("m",))), 30, seed=2)
    made = batch.batch(0, Shard())
    shown = made.references
    assert shown is not None and shown.real.shape == (30, 8, 3, 4, 6)
    assert frames_in(shown.real[:, :, :1]) == shown.frame.flatten().tolist()
    assert torch.equal(shown.maps["m"], shown.real[:, :, :1])
    assert int((shown.frame - made.frame).abs().min()) == 5
    assert not ((shown.frame >= 40) & (shown.frame < 43)).any(), "there the face was lost"
    assert all(len(set(row)) == 8 for row in shown.frame.tolist()), "no frame twice"
    assert len({tuple(row) for row in shown.frame.tolist()}) == 30


def test_references_may_come_from_the_beginning(bank: RenderBank) -> None:
    assert int(references(bank, FewShot(4, share=0.25)).frame.max()) < 0.25 * FRAMES


def test_few_frames_are_shown_again_but_never_the_target(bank: RenderBank) -> None:
    batches = FrameBatches([bank], Cut(references=FewShot(5, share=0.05)), 57, seed=2)
    batch = batches.batch(0, Shard())
    assert batch.references is not None
    for target, row in zip(batch.frame[:, 0].tolist(), batch.references.frame, strict=True):
        assert set(row.tolist()) == {0, 1, 2} - {target}


def test_a_photo_is_its_own_reference(bank: RenderBank) -> None:
    found = torch.arange(FRAMES) == 7
    track = attrs.evolve(bank.example.subject.track, found=found)
    subject = attrs.evolve(bank.example.subject, track=track)
    photo = attrs.evolve(bank, example=attrs.evolve(bank.example, subject=subject))
    assert references(photo, FewShot(2), 1).frame.tolist() == [[7, 7]]


def test_two_shards_see_the_same_references(bank: RenderBank) -> None:
    batches = FrameBatches([bank], Cut(references=FewShot(3), flip=True), batch=4, seed=5)
    whole = batches.batch(1, Shard()).references
    for rank in (0, 1):
        part = batches.batch(1, Shard(rank, 2)).to("cpu").references
        assert whole is not None and part is not None
        assert torch.equal(whole.real[rank::2], part.real)
        assert torch.equal(whole.frame[rank::2], part.frame)


def test_references_are_mirrored_with_the_example() -> None:
    example = sample_material(SamplePlan(frames=4)).examples[0]
    ramp = torch.arange(32, dtype=torch.uint8).expand(4, 3, 32, 32).contiguous()
    made = RenderBank(example, ramp, ramp, ramp[:, :1], {}, torch.zeros(4))
    cut = Cut(flip=True, references=FewShot(1))
    batch = FrameBatches([made], cut, 16, seed=0).batch(0, Shard())
    assert batch.references is not None
    assert torch.equal(batch.references.real[:, 0], batch.real[:, 0])
