"""The Frechet distance of Gaussians."""

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm

from visemix.plugins.picture_metrics.moments import frechet_distance


def test_by_hand_in_one_dimension() -> None:
    made, real = torch.tensor([[0.0], [2.0]]), torch.tensor([[5.0], [9.0]])
    assert frechet_distance(made, real) == pytest.approx((1 - 7) ** 2 + (2**0.5 - 8**0.5) ** 2)


@pytest.mark.parametrize(("n", "m"), [(8, 11), (60, 11), (80, 70)])
def test_it_is_the_trace_of_the_matrix_root(n: int, m: int) -> None:
    random = np.random.default_rng(0)
    made = random.normal(size=(n, 16)) @ random.normal(size=(16, 16))
    real = random.normal(size=(m, 16)) + 0.3
    covariances = np.cov(made.T), np.cov(real.T)
    root = np.real(sqrtm(covariances[0] @ covariances[1] + 0j))
    wanted = np.square(made.mean(0) - real.mean(0)).sum()
    wanted += np.trace(covariances[0] + covariances[1] - 2 * root)
    found = frechet_distance(torch.tensor(made), torch.tensor(real))
    assert found == pytest.approx(float(wanted), rel=1e-4)


def test_a_cloud_is_no_distance_from_itself() -> None:
    cloud = torch.randn(40, 64, generator=torch.Generator().manual_seed(1))
    assert frechet_distance(cloud, cloud) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(cloud, cloud.flip(0)) == pytest.approx(0, abs=1e-9)
