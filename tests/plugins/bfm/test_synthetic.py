"""The made-up Basel model: the same arrays every time, shaped like the published ones."""

import numpy as np

from visemix.core.fitting.surface import mean_edge
from visemix.plugins.bfm.arrays import NAMES, parse
from visemix.plugins.bfm.synthetic import synthetic_arrays


def test_names_and_shapes() -> None:
    found = synthetic_arrays()
    assert set(found) == set(NAMES)
    count = found["meanshape"].size // 3
    assert found["idBase"].shape == found["texBase"].shape == (3 * count, 80)
    assert found["exBase"].shape == (3 * count, 64)
    assert found["keypoints"].shape == (1, 68)
    assert found["tri"].min() == 1
    assert found["tri"].max() == count


def test_twice_the_same() -> None:
    first, second = synthetic_arrays(0), synthetic_arrays(0)
    assert all(np.array_equal(first[name], second[name]) for name in NAMES)


def test_a_finer_one_has_four_times_the_triangles_of_half_the_size() -> None:
    coarse, fine = (parse(synthetic_arrays(finer), "") for finer in (0, 1))
    assert len(fine.triangles) == 4 * len(coarse.triangles)
    ratio = mean_edge(fine.mean, fine.triangles) / mean_edge(coarse.mean, coarse.triangles)
    assert abs(ratio - 0.5) < 1e-4
    assert len(np.unique(fine.mean.numpy().round(6), axis=0)) == len(fine.mean)
