"""TemporalGanLatent as a part."""

from collections.abc import Callable

import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.errors import CheckpointError, InvalidValue, RecipeError, TrainingError
from visemix.core.timeline import join
from visemix.core.training.dataset import Dataset
from visemix.core.training.material import Material
from visemix.core.training.stage import Plan
from visemix.core.values.features import AudioFeatures
from visemix.core.values.subject import Subject
from visemix.core.windows import Windowed
from visemix.plugins.temporal_gan.attribute_model import TemporalGanLatent

Make = Callable[..., TemporalGanLatent]


def said(model: TemporalGanLatent, features: AudioFeatures, subject: Subject, seed: int) -> Tensor:
    stage = Windowed(model.window, model.predict, model.begin(subject, seed))
    latent = join(list(stage.run([features]))).latent
    assert latent is not None
    return latent


def test_content_then_noise_of_every_frame(
    latent_model: Make, features: AudioFeatures, subject: Subject
) -> None:
    model = latent_model()
    one, other = (said(model, features, subject, seed) for seed in (1, 2))
    assert one.shape == (75, 12)
    assert torch.equal(one[:, :8], other[:, :8])
    assert not torch.allclose(one[:, 8:], other[:, 8:])
    assert torch.equal(one, said(model, features, subject, 1))


def test_no_noise_in_training_is_none_at_test(
    latent_model: Make, features: AudioFeatures, subject: Subject
) -> None:
    model = latent_model(noise=0.0)
    assert torch.equal(said(model, features, subject, 1), said(model, features, subject, 2))


def test_the_spread_of_the_noise_is_a_setting(
    latent_model: Make, features: AudioFeatures, subject: Subject
) -> None:
    calm, wild = (
        said(latent_model(noise_at_test=spread), features, subject, 1)[:, 8:].std(0).mean()
        for spread in (0.33, 2.0)
    )
    assert float(wild) > 2 * float(calm)


def test_white_noise_depends_on_seed_and_frame(latent_model: Make) -> None:
    model = latent_model()
    noise = model.white_noise(5000, 1, 0)
    assert float(noise.std()) == pytest.approx(1, abs=0.02)
    assert torch.equal(noise[:20], model.white_noise(20, 1, 0))
    assert not torch.equal(noise[:20], model.white_noise(20, 1, 25))


@pytest.mark.parametrize("rate", [44_100, 22_050])
def test_a_rate_that_cannot_be_heard_is_refused(latent_model: Make, rate: int) -> None:
    with pytest.raises(RecipeError, match=r"50000 \(published\) or 16000"):
        latent_model(rate=rate)


def test_a_code_with_no_room_for_content_is_refused(latent_model: Make) -> None:
    with pytest.raises(RecipeError, match="no room"):
        latent_model(latent=4, noise_size=4)


def test_other_windows_are_refused(
    latent_model: Make, features: AudioFeatures, subject: Subject
) -> None:
    model = latent_model(rate=50_000)
    with pytest.raises(InvalidValue, match="one row of 10000 samples, got 1 of 3200"):
        model.predict(features, model.begin(subject, 0))
    chunks = attrs.evolve(features, values=features.values.reshape(75, 4, 800))
    with pytest.raises(InvalidValue, match="got 4 of 800"):
        model.predict(chunks, model.begin(subject, 0))


def test_it_has_no_stage_of_its_own(latent_model: Make) -> None:
    with pytest.raises(TrainingError, match=r"learns with its decoder.*temporal-gan-decoder"):
        latent_model().stage("end-to-end", Material(Dataset([])), Plan())


def test_weights_go_out_and_in(
    latent_model: Make, features: AudioFeatures, subject: Subject
) -> None:
    one, other = latent_model(), latent_model()
    other.renew(seed=5)
    assert not torch.equal(said(one, features, subject, 0), said(other, features, subject, 0))
    other.load_weights(one.weights())
    assert torch.equal(said(one, features, subject, 0), said(other, features, subject, 0))
    with pytest.raises(CheckpointError, match="do not fit"):
        latent_model(layers=2).load_weights(one.weights())
