from pathlib import Path
from typing import Any

import attrs
import pytest
import torch

from visemix.core.errors import TrainingError
from visemix.core.testing.samples import SamplePlan, sample_subject
from visemix.core.values.subject import Subject
from visemix.plugins.lstm_pose.memory_gan.identities import (
    identity_features,
    middle_of,
    need_encoder,
)


@pytest.fixture(scope="module")
def subject() -> Subject:
    return sample_subject(SamplePlan(frames=50))  # not found in 40 to 42


def test_every_found_frame_has_its_vector(subject: Subject, encoder: Any) -> None:
    made = identity_features(subject, encoder, 6)
    assert made.shape == (50, 6)
    assert encoder.asked == 47 and not made[40:43].any()
    assert torch.allclose(made[subject.track.found].norm(dim=1), torch.ones(47))
    assert not torch.equal(made[3], made[4])


def test_vectors_are_kept_beside_the_clip(subject: Subject, encoder: Any, tmp_path: Path) -> None:
    kept = attrs.evolve(subject, folder=tmp_path)
    encoder.key = "mouths-1"
    first = identity_features(kept, encoder, 6)
    assert torch.equal(identity_features(kept, encoder, 6), first) and encoder.asked == 47
    (path,) = tmp_path.glob("identity/*")
    assert path.name == "mouths-1.safetensors"
    path.write_bytes(b"damaged")
    assert torch.equal(identity_features(kept, encoder, 6), first) and encoder.asked == 2 * 47
    encoder.key = "mouths-2"
    identity_features(kept, encoder, 6)
    assert encoder.asked == 3 * 47


def test_without_a_key_nothing_is_kept(subject: Subject, encoder: Any, tmp_path: Path) -> None:
    identity_features(attrs.evolve(subject, folder=tmp_path), encoder, 6)
    assert not list(tmp_path.iterdir())


def test_another_size_is_refused(subject: Subject, encoder: Any) -> None:
    with pytest.raises(TrainingError, match=r"have 6 numbers.*identity_size=6"):
        identity_features(subject, encoder, 512)


def test_an_encoder_is_needed() -> None:
    with pytest.raises(TrainingError, match=r"no identity_encoder.*identity_feature=off"):
        need_encoder(None)


def test_the_middle_of_what_was_seen() -> None:
    features = torch.arange(5.0)[:, None]
    found = torch.tensor([True, False, False, True, True])
    assert middle_of(features, found).flatten().tolist() == [3.0] * 5
