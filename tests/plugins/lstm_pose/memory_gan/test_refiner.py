from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from visemix.core.contracts import Contract
from visemix.core.errors import CheckpointError, InvalidValue
from visemix.core.testing.contracts import check_part
from visemix.core.testing.promise import Promise
from visemix.core.testing.refiners import sample_shot
from visemix.core.testing.samples import sample_subject
from visemix.core.timeline import cut, join, length
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan, Stage
from visemix.core.values.frames import Frames
from visemix.core.values.rendering import Shot
from visemix.core.values.subject import Subject
from visemix.core.windows import Windowed
from visemix.plugins.lstm_pose.memory_gan.identities import identity_features
from visemix.plugins.lstm_pose.memory_gan.memory import between_anchors
from visemix.plugins.lstm_pose.memory_gan.refiner import FUTURE, PAST, MemoryGan
from visemix.plugins.lstm_pose.memory_gan.renders import of_shot, resized

Make = Callable[..., MemoryGan]

CONTRACT = Contract("memory-gan", "refiner", stages=("gan-general", "gan-personal"))


@pytest.fixture(scope="module")
def subject() -> Subject:
    return sample_subject()


@pytest.fixture(scope="module")
def shot(subject: Subject) -> Shot:
    """32 frames, so that the last block is not full."""
    plain = sample_shot(subject, cut(subject.fit.attributes, 0, 32), Promise(CONTRACT, {}))
    assert length(plain) == 32
    return plain


def refined(gan: MemoryGan, shot: Shot, subject: Subject) -> Tensor:
    made = Windowed(gan.window, gan.refine, gan.begin(subject)).run([shot])
    frames: Frames = join(list(made))
    return frames.rgb


@pytest.fixture
def taught(clip: Material, learned: Callable[[Stage], None]) -> Make:
    """Trains for two steps."""

    def teach(gan: MemoryGan, of: Material = clip) -> MemoryGan:
        learned(gan.stage("gan-personal", of, Plan(steps=2, batch=2)))
        return gan

    return teach


def test_it_conforms(trained: MemoryGan) -> None:
    check_part("refiner", trained, CONTRACT, {})


def test_nothing_is_made_before_it_has_learned(tiny: Make, subject: Subject) -> None:
    with pytest.raises(CheckpointError, match="has not learned anything"):
        tiny().begin(subject)


def test_weights_carry_the_memory(
    trained: MemoryGan, tiny: Make, shot: Shot, subject: Subject
) -> None:
    weights = {name: value.clone() for name, value in trained.weights().items()}
    assert 1 < int((weights["memory.source"] >= 0).sum()) <= 8, "4 steps of 2 frames each"
    other = tiny()
    other.load_weights(weights)
    assert torch.equal(refined(other, shot, subject), refined(trained, shot, subject))
    weights["memory.keys"][:] = weights["memory.keys"].flip(0)
    with pytest.raises(CheckpointError, match="does not have"):
        tiny(identity_feature="off").load_weights(weights)


def test_only_the_face_changes_and_it_does(
    trained: MemoryGan, shot: Shot, subject: Subject
) -> None:
    made = refined(trained, shot, subject)
    base = shot.match.base.index.gather(1, shot.match.base.weight.argmax(1, keepdim=True))[:, 0]
    real = torch.stack([torch.tensor(subject.frames[int(k)]).permute(2, 0, 1) for k in base])
    changed = (made.int() - real.int()).abs().amax(1) > 3
    assert not changed[:, :16].any(), "above the crop is the reference"
    inside = torch.zeros_like(changed)
    inside[:, 16:144, 32:160] = shot.rendering.alpha[:, 0] > 0
    assert float(changed[inside].float().mean()) > 0.5


def identities(gan: MemoryGan, shot: Shot, subject: Subject, first: int, count: int) -> Tensor:
    """What the generator is told in a block."""
    view = cut(shot, first, first + count + FUTURE)
    renders = resized(of_shot(view, subject.frames) * 2 - 1, 32)
    return gan._identity(renders)


def test_identity_is_looked_up_at_anchors_and_mixed_between(
    trained: MemoryGan, shot: Shot, subject: Subject
) -> None:
    networks = trained.networks
    assert networks.memory is not None
    renders = resized(of_shot(shot, subject.frames) * 2 - 1, 32)
    looked = networks.memory.retrieve(networks.query_of(renders[[0, 25, 31]]))
    whole = identities(trained, shot, subject, 0, 25)
    assert torch.allclose(whole, between_anchors(looked[0], looked[1], 25, 25))
    last = identities(trained, shot, subject, 25, 7)
    assert torch.allclose(last[0], looked[1]) and torch.allclose(last[-1], looked[2])
    assert identities(trained, shot, subject, 31, 1).shape == (1, 6)


def test_the_mean_feature_in_place_of_the_memory(
    tiny: Make, taught: Make, clip: Material, shot: Shot, subject: Subject
) -> None:
    gan = taught(tiny(identity_feature="mean"))
    assert not [name for name in gan.weights() if name.startswith(("memory", "query"))]
    told = identities(gan, shot, subject, 0, 4)
    assert clip.identity_encoder is not None
    vectors = identity_features(clip.examples[0].subject, clip.identity_encoder, 6)
    assert torch.allclose(told, vectors.mean(0).expand(4, -1), atol=1e-6)
    assert refined(gan, shot, subject).shape[0] == 32


def test_without_identity_no_encoder_is_needed(
    tiny: Make, taught: Make, clip: Material, shot: Shot, subject: Subject
) -> None:
    alone = attrs.evolve(clip, identity_encoder=None)
    gan = taught(tiny(identity_feature="off"), alone)
    assert identities(gan, shot, subject, 0, 4).shape == (4, 0)
    assert len(refined(gan, shot, subject)) == 32


def test_dropout_at_test_is_a_switch_and_repeats(
    taught: Make, shot: Shot, subject: Subject
) -> None:
    sizes: dict[str, Any] = {"size": 64, "width": 4, "hidden": 8, "identity_feature": "off"}
    plain = taught(MemoryGan(**sizes))
    noisy = MemoryGan(**sizes, dropout_at_test=True)
    noisy.load_weights(plain.weights())
    first = refined(noisy, shot, subject)
    torch.manual_seed(99)
    before = torch.random.get_rng_state()
    assert torch.equal(refined(noisy, shot, subject), first)
    assert torch.equal(torch.random.get_rng_state(), before), "the caller's numbers stay"
    assert not torch.equal(first, refined(plain, shot, subject))
    check_part("refiner", noisy, CONTRACT, {})


def test_a_renderer_without_a_picture_is_refused(
    trained: MemoryGan, shot: Shot, subject: Subject
) -> None:
    rendering = attrs.evolve(shot.rendering, rgb=torch.zeros(32, 3, 0, 0))
    with pytest.raises(InvalidValue, match=r"makes no picture.*shade: true"):
        trained.refine(attrs.evolve(shot, rendering=rendering), trained.begin(subject))


def test_the_window(tiny: Make) -> None:
    window = tiny(anchors=10).window
    assert (window.block, window.past, window.future) == (10, PAST, FUTURE) == (10, 2, 1)


def test_weights_from_a_file(trained: MemoryGan, tiny: Make, tmp_path: Path) -> None:
    path = tmp_path / "gan.safetensors"
    save_file({n: v.clone() for n, v in trained.weights().items()}, path)
    gan = tiny(weights=str(path))
    assert gan.files() == {"weights": path} and not trained.files()
    assert torch.equal(gan.weights()["memory.keys"], trained.weights()["memory.keys"])
    with pytest.raises(CheckpointError, match="do not fit"):
        tiny(weights=str(path), width=8)
