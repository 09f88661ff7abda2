import json
from pathlib import Path

import attrs
import numpy as np
import pytest
import torch

from visemix.core.errors import OutputError, SubjectError
from visemix.core.shapes import Value, arrays_of
from visemix.core.subjects.folder import is_subject, load_subject, save_subject
from visemix.core.subjects.pack_writer import PackWriter
from visemix.core.values.subject import Picture, Subject


def assert_same(first: Value, second: Value) -> None:
    """Every tensor and every plain field of two values agree."""
    compared = 0
    for field in attrs.fields(type(first)):
        if field.name in ("frames", "folder"):
            continue
        a, b = getattr(first, field.name), getattr(second, field.name)
        compared += 1
        if isinstance(a, Value):
            assert_same(a, b)
        elif field.name in arrays_of(type(first)) and a is not None:
            assert a.dtype == b.dtype and torch.equal(a, b), field.name
        else:
            assert a == b, field.name
    assert compared


def test_everything_comes_back(subject: Subject, tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "jane"
    saved = save_subject(subject, folder)
    assert saved.folder == folder and is_subject(folder)
    loaded = load_subject(folder)
    assert_same(loaded, subject)
    assert (loaded.frames.height, loaded.frames.width, len(loaded.frames)) == (20, 30, 7)
    assert np.abs(loaded.frames[3].astype(int) - 90).max() <= 2


def test_a_subject_saves_and_loads_itself(subject: Subject, tmp_path: Path) -> None:
    saved = subject.save(tmp_path / "kept")
    again = Subject.load(str(tmp_path / "kept"))
    assert saved.folder == again.folder == tmp_path / "kept"
    assert torch.equal(again.track.landmarks, subject.track.landmarks)
    with pytest.raises(OutputError):
        subject.save(tmp_path / "kept")


def test_what_is_not_there_stays_away(subject: Subject, tmp_path: Path) -> None:
    bare = attrs.evolve(subject, audio=None, identity=None, photo=True, notes=())
    assert_same(save_subject(bare, tmp_path / "x"), bare)


def test_a_loaded_subject_is_saved_without_new_compression(
    subject: Subject, tmp_path: Path
) -> None:
    first = save_subject(subject, tmp_path / "a")
    save_subject(first, tmp_path / "b")
    packs = [(tmp_path / name / "frames.pack").read_bytes() for name in "ab"]
    assert packs[0] == packs[1]


def test_the_description_can_be_read_by_people(subject: Subject, tmp_path: Path) -> None:
    save_subject(subject, tmp_path / "a")
    about = json.loads((tmp_path / "a" / "subject.json").read_text())
    assert about["visemix_subject"] == 1
    assert (about["fps"], about["frames"], about["height"], about["width"]) == (25, 7, 20, 30)
    assert about["basis"] == "test-4" and about["values"]["fit"]["attributes"]["pose"] == {
        "convention": "euler_deg_ortho"
    }


def test_nothing_is_replaced_unasked(subject: Subject, tmp_path: Path) -> None:
    save_subject(subject, tmp_path / "a")
    with pytest.raises(OutputError, match="something in this folder"):
        save_subject(subject, tmp_path / "a")
    renamed = attrs.evolve(subject, name="joan")
    assert save_subject(renamed, tmp_path / "a", overwrite=True).name == "joan"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_an_error_while_saving_leaves_nothing(subject: Subject, tmp_path: Path) -> None:
    class Broken:
        height, width = 20, 30

        def __len__(self) -> int:
            return 7

        def __getitem__(self, index: int) -> Picture:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save_subject(attrs.evolve(subject, frames=Broken()), tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def folder(subject: Subject, tmp_path: Path) -> Path:
    save_subject(subject, tmp_path / "jane")
    return tmp_path / "jane"


@pytest.mark.parametrize("name", ["subject.json", "tensors.safetensors", "frames.pack"])
def test_a_missing_file(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(SubjectError) as caught:
        load_subject(folder)
    assert name in str(caught.value) and caught.value.do


@pytest.mark.parametrize("name", ["subject.json", "tensors.safetensors", "frames.pack"])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.98])
def test_a_file_cut_short(folder: Path, name: str, share: float) -> None:
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[: int(share * len(data))])
    with pytest.raises(SubjectError) as caught:
        load_subject(folder)
    assert str(folder) in str(caught.value) and caught.value.do


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"visemix_subject": 1', '"visemix_subject": 2', "format 2, this version reads 1"),
        ('"visemix_subject": 1', '"other": 1', "does not describe a subject"),
        ('"euler_deg_ortho"', '"spherical"', "expected one of"),
        ('"faces": 2', '"faces": "two"', "expected int, got 'two'"),
        ('"faces": 2', '"mouths": 2', "'mouths' is not known"),
        ('"blinks_per_s": 0.4,', "", "blinks_per_s: it is missing"),
        ('"digest"', '"hash"', "digest"),
        ('"fps": 25.0', '"fps": -1', "above zero"),
    ],
)
def test_a_changed_description(folder: Path, old: str, new: str, message: str) -> None:
    path = folder / "subject.json"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(SubjectError, match=message):
        load_subject(folder)


def test_frames_of_another_subject(subject: Subject, folder: Path) -> None:
    with (folder / "frames.pack").open("wb") as file, PackWriter(file) as writer:
        writer.add(subject.frames[0])
    with pytest.raises(SubjectError, match="it has 1 frames, the track 7"):
        load_subject(folder)


def test_a_pickle_is_never_loaded(folder: Path) -> None:
    torch.save({"x": torch.zeros(3)}, folder / "tensors.safetensors")
    with pytest.raises(SubjectError, match="damaged"):
        load_subject(folder)


def test_no_subject(tmp_path: Path) -> None:
    assert not is_subject(tmp_path)
    with pytest.raises(SubjectError, match=r"no subject\.json"):
        load_subject(tmp_path)
