"""Light comes back from lit colours, whatever a few of them are."""

import torch

from visemix.core.drawing.light import irradiance
from visemix.core.fitting.light import estimate_light

RANDOM = torch.Generator().manual_seed(2)
NORMALS = torch.nn.functional.normalize(
    torch.randn(800, 3, generator=RANDOM) + torch.tensor([0.0, 0.0, 1.5]), dim=-1
)
ALBEDO = torch.tensor([0.8, 0.6, 0.5]).expand(800, 3)
LIGHT = torch.zeros(27)
LIGHT[[0, 9, 18]] = torch.tensor([0.3, 0.2, 0.1])
LIGHT[[2, 3, 11, 12, 20]] = torch.tensor([0.2, 0.15, 0.15, 0.1, 0.1])


def test_it_explains_what_is_seen() -> None:
    seen = ALBEDO * irradiance(NORMALS, LIGHT)
    found = estimate_light(NORMALS, seen, ALBEDO)
    assert float((ALBEDO * irradiance(NORMALS, found) - seen).abs().mean()) < 0.02
    assert torch.allclose(found[[0, 9, 18]], LIGHT[[0, 9, 18]], atol=0.1)


def test_brows_and_lips_do_not_change_it_much() -> None:
    seen = ALBEDO * irradiance(NORMALS, LIGHT)
    plain = estimate_light(NORMALS, seen, ALBEDO)
    odd = seen.clone()
    odd[::8] = 0.05
    found = estimate_light(NORMALS, odd, ALBEDO)
    least_squares = ALBEDO * irradiance(NORMALS, found) - ALBEDO * irradiance(NORMALS, plain)
    assert float(least_squares[1::8].abs().mean()) < 0.03


def test_one_colour_everywhere_is_ambient_light() -> None:
    found = estimate_light(NORMALS, 0.9 * ALBEDO, ALBEDO)
    assert float((irradiance(NORMALS, found) - 0.9).abs().max()) < 0.02
