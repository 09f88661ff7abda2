import pytest
import torch
from torch import nn

from visemix.core.networks.instance_norm import InstanceNorm

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_it_is_torch_s_instance_norm(device: str, layout: torch.memory_format) -> None:
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    generator = torch.Generator().manual_seed(0)
    values = torch.randn(2, 5, 6, 7, generator=generator).to(device, memory_format=layout)
    one, other = (values.clone().requires_grad_() for _ in range(2))
    made, wanted = InstanceNorm()(one), nn.InstanceNorm2d(5)(other)
    torch.testing.assert_close(made, wanted)
    weight = torch.arange(made.numel(), device=device).reshape(made.shape) / 100
    torch.autograd.backward([(made * weight).sum(), (wanted * weight).sum()])
    torch.testing.assert_close(one.grad, other.grad)
