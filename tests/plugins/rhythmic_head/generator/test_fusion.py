"""Generated weights (eq. 7)."""

import torch
from torch.testing import assert_close

from visemix.plugins.rhythmic_head.generator.fusion import Fusion, applied
from visemix.plugins.rhythmic_head.generator.size import Size

SIZE = Size(width=4, downs=3, adaptive=2, norm="instance")


def test_every_example_has_its_own_convolution() -> None:
    torch.manual_seed(0)
    kernel, values = torch.randn(2, 5, 4), torch.randn(2, 3, 6, 7)
    for own, one, made in zip(kernel, values, applied(kernel, values), strict=True):
        weight, bias = own[:, :-1, None, None], own[:, -1]
        assert_close(made, torch.nn.functional.conv2d(one[None], weight, bias)[0])


def test_kernels_fit_the_levels() -> None:
    kernels = Fusion(SIZE)(torch.randn(2, 32, 4, 4), torch.randn(2, 32, 4, 4))
    assert set(kernels) == {0, 1}
    for level, channels in ((0, 4), (1, 8)):
        for kernel in (kernels[level].embedding, *kernels[level].scales, *kernels[level].biases):
            assert kernel.shape == (2, channels, channels + 1)


def test_they_depend_on_pictures_and_landmarks_of_their_example() -> None:
    torch.manual_seed(0)
    fusion = Fusion(SIZE).eval()
    image, landmarks = torch.randn(2, 32, 4, 4), torch.randn(2, 32, 4, 4)
    before = fusion(image, landmarks)[0].embedding
    for place in (0, 1):
        changed = [image.clone(), landmarks.clone()]
        changed[place][0] += torch.randn(32, 4, 4)
        after = fusion(*changed)[0].embedding
        assert not torch.allclose(before[0], after[0])
        assert_close(before[1], after[1])
