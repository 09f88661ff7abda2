import pytest
import torch
from transformers import MoonshineConfig
from transformers.models.moonshine.modeling_moonshine import MoonshineEncoder

from visemix.plugins.speech_features.moonshine_network import (
    FIRST_CENTRE,
    HOP,
    RECEPTIVE_FIELD,
    MoonshineLayers,
)
from visemix.plugins.speech_features.moonshine_weights import PACKAGED, find_weights, load_moonshine


@pytest.fixture(scope="module")
def packaged() -> MoonshineLayers:
    return load_moonshine(find_weights(PACKAGED), 3)


def test_it_equals_the_published_implementation(packaged: MoonshineLayers) -> None:
    published = MoonshineEncoder(MoonshineConfig(encoder_num_hidden_layers=3))
    published.train(False)
    published.load_state_dict(packaged.state_dict(), strict=False)  # but the last norm, unused here
    samples = torch.randn(2, 30000, generator=torch.Generator().manual_seed(0)) * 0.1
    with torch.no_grad():
        expected = published(samples, output_hidden_states=True).hidden_states
        made = packaged(samples)
    assert len(made) == 4
    for ours, theirs in zip(made[:3], expected[:3], strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-6)
    last = torch.nn.functional.layer_norm(made[3], (288,))  # as the published one ends
    torch.testing.assert_close(last, expected[3], atol=1e-4, rtol=1e-6)


def test_a_row_is_centred_on_its_receptive_field(packaged: MoonshineLayers) -> None:
    """Only samples inside the field change a row's convolutions (GroupNorm left out)."""
    reach = []
    samples = torch.zeros(1, RECEPTIVE_FIELD + 4 * HOP, requires_grad=True)
    norm = packaged.groupnorm
    packaged.groupnorm = torch.nn.Identity()  # type: ignore[assignment]  # looks at everything
    try:
        rows = packaged.stem(samples)
    finally:
        packaged.groupnorm = norm
    for row in range(rows.shape[1]):
        (slope,) = torch.autograd.grad(rows[0, row].sum(), samples, retain_graph=True)
        heard = slope[0].nonzero().flatten()
        reach.append((int(heard[0]) + int(heard[-1])) / 2)
    assert reach == [FIRST_CENTRE + row * HOP for row in range(5)]
