from pathlib import Path

import pytest

from visemix.core.errors import DatasetError
from visemix.core.testing.sample_material import sample_material
from visemix.core.testing.samples import SamplePlan
from visemix.core.training.dataset import Example, load_dataset


@pytest.fixture(scope="module")
def example() -> Example:
    return sample_material(SamplePlan(frames=4)).examples[0]


def test_a_dataset_may_be_put_together_from_links(tmp_path: Path, example: Example) -> None:
    for name in ("elsewhere/b", "set/a"):
        example.subject.save(tmp_path / name)
    (tmp_path / "set/more").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "set/again").symlink_to(tmp_path / "set")
    found = load_dataset(tmp_path / "set", lambda _: example.features, "key")
    assert [e.subject.folder for e in found.examples] == [
        tmp_path / "set/a",
        tmp_path / "set/more/b",
    ]
    assert (tmp_path / "elsewhere/b/features/key.safetensors").is_file()


def test_nothing_to_learn_from_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no prepared clip with sound"):
        load_dataset(tmp_path, lambda _: pytest.fail("nothing to hear"), "key")
    with pytest.raises(DatasetError, match="no such folder"):
        load_dataset(tmp_path / "nowhere", lambda _: pytest.fail("nothing to hear"), "key")
