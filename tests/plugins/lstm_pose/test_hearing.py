import torch

from visemix.plugins.lstm_pose.hearing import Hearing, learn_hearing


def clips() -> list[torch.Tensor]:
    made = torch.randn(3, 50, 6, generator=torch.Generator().manual_seed(0))
    return list(made * torch.tensor([9.0, 5, 3, 1, 1, 1]) + 10 * torch.arange(3)[:, None, None])


def test_networks_hear_standardised_features() -> None:
    data = clips()
    heard = learn_hearing(data, 4).for_networks(torch.cat(data))
    assert torch.allclose(heard.mean(0), torch.zeros(6), atol=1e-4)
    assert torch.allclose(heard.std(0), torch.ones(6), atol=1e-4)


def test_the_head_hears_uncorrelated_directions() -> None:
    data = clips()
    hearing = learn_hearing(data, 4)
    rows = torch.cat([hearing.for_head(clip, clip.mean(0)) for clip in data])
    correlation = torch.corrcoef(rows.T) - torch.eye(4)
    assert float(correlation.abs().max()) < 1e-3
    assert float(rows.square().mean()) == 1.0 or abs(float(rows.square().mean()) - 1) < 0.05


def test_directions_that_are_not_there_are_zero() -> None:
    hearing = learn_hearing(clips(), 10)
    assert hearing.directions.shape == (6, 10)
    assert float(hearing.directions[:, 6:].abs().max()) == 0


def test_weights_come_back() -> None:
    hearing = learn_hearing(clips(), 4)
    again = Hearing.of(hearing.weights())
    assert torch.equal(again.directions, hearing.directions)
