from pathlib import Path

import torch

from visemix.plugins.lstm_pose.personal import digest, remembered, same_layout


def made() -> dict[str, torch.Tensor]:
    return {"a": torch.ones(3)}


def refuse() -> dict[str, torch.Tensor]:
    raise AssertionError("it is there already")


def test_it_is_learned_once(tmp_path: Path) -> None:
    first = remembered(tmp_path, "key", made)
    again = remembered(tmp_path, "key", refuse)
    assert torch.equal(first["a"], again["a"])
    assert [p.suffix for p in (tmp_path / "personal").iterdir()] == [".safetensors"]


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "personal").write_text("a file where a folder should be")
    assert torch.equal(remembered(tmp_path, "key", made)["a"], torch.ones(3))
    assert remembered(None, "key", made).keys() == {"a"}


def test_the_digest_sees_every_number_and_the_text() -> None:
    one = {"a": torch.zeros(4)}
    other = {"a": torch.tensor([0.0, 0, 0, 1e-7])}
    assert len({digest(one, ""), digest(other, ""), digest(one, "x")}) == 3
    assert digest(one, "x") == digest({"a": torch.zeros(4)}, "x")


def test_layouts() -> None:
    assert same_layout(made(), {"a": torch.zeros(3)})
    assert not same_layout(made(), {"b": torch.zeros(3)})
    assert not same_layout({"a": torch.tensor([0.0, float("nan"), 0])}, made())
