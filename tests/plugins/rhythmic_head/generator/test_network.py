"""The whole generator: sizes, any number of references, every switch, gradients everywhere."""

from typing import Any

import attrs
import pytest
import torch
from torch.testing import assert_close

from visemix.plugins.rhythmic_head.generator.flow import unmoved
from visemix.plugins.rhythmic_head.generator.network import Generator, matted
from visemix.plugins.rhythmic_head.generator.scene import PROJECTION, REFERENCE, Known, Scene
from visemix.plugins.rhythmic_head.generator.size import Size, Switches

TINY = Size(width=4, downs=3, adaptive=2, flow_downs=2, flow_blocks=1, norm="instance")
SWITCHES: list[dict[str, Any]] = [
    {},
    {"projection": False},
    {"attention": False},
    {"nonlinear": False},
    {"nonlinear": False, "warp_projection": False},
    {"warp_projection": False},
    {"warp_reference": False},
    {"warp_projection": False, "warp_reference": False},
    {"concat": True},
    {"layers": 2},
    {"layers": 1, "concat": True, "transposed": False},
]


def generator(size: Size = TINY, **switches: Any) -> Generator:
    torch.manual_seed(0)
    return Generator(size, Switches(**switches))


def shown(count: int = 3, size: tuple[int, int] = (32, 32), batch: int = 2) -> tuple[Known, Scene]:
    torch.manual_seed(count)
    known = Known(
        torch.rand(batch, count, 3, *size) * 2 - 1, torch.rand(batch, count, 1, *size).round()
    )
    scene = Scene(*(torch.rand(batch, channels, *size) for channels in (1, 3, 1, 3, 1)))
    return known, scene


@pytest.mark.parametrize("switches", SWITCHES)
def test_gradients_reach_every_weight(switches: dict[str, Any]) -> None:
    network = generator(**switches)
    made = network(*shown())
    assert made.picture.shape == (2, 3, 32, 32)
    assert -1 <= float(made.picture.detach().min()) < float(made.picture.detach().max()) <= 1
    loss = made.picture.pow(3).mean()
    for warped in made.warped.values():
        loss = loss + warped.picture.square().mean()
    loss.backward()
    for name, weight in network.named_parameters():
        assert weight.grad is not None, name
        assert weight.ndim == 1 or bool(weight.grad.any()), name


@pytest.mark.parametrize("count", [1, 8, 32])
def test_one_set_of_weights_takes_any_number_of_references(count: int) -> None:
    network = generator().eval()
    with torch.no_grad():
        assert network(*shown(count)).picture.isfinite().all()


@pytest.mark.parametrize("size", [(32, 32), (37, 50)])
def test_pictures_keep_their_size(size: tuple[int, int]) -> None:
    made = generator()(*shown(size=size))
    assert made.picture.shape == (2, 3, *size)
    assert all(warped.flow.shape == (2, 2, *size) for warped in made.warped.values())


def test_batch_norm_is_the_published_one() -> None:
    network = generator(attrs.evolve(TINY, norm="batch"))
    assert any(isinstance(m, torch.nn.BatchNorm2d) for m in network.modules())
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in generator().modules())
    assert network(*shown()).picture.isfinite().all()


@pytest.mark.parametrize(
    ("switches", "deaf"),
    [
        ({}, set()),
        ({"projection": False}, {"render", "alpha"}),
        ({"warp_projection": False}, {"alpha"}),
        ({"warp_reference": False}, {"matched_landmarks"}),
    ],
)
def test_what_is_switched_off_is_not_looked_at(switches: dict[str, Any], deaf: set[str]) -> None:
    network = generator(**switches).eval()
    known, scene = shown()
    with torch.no_grad():
        before = network(known, scene).picture
        for field in attrs.fields(Scene):
            changed = attrs.evolve(scene, **{field.name: 1 - getattr(scene, field.name)})
            after = network(known, changed).picture
            assert torch.equal(before, after) == (field.name in deaf), field.name


def test_what_was_remembered_gives_the_same_pictures() -> None:
    network = generator().eval()
    known, scene = shown(batch=1)
    with torch.no_grad():
        again = network.make(network.remember(known).expanded(1), scene).picture
        assert_close(again, network(known, scene).picture)


def test_matting_lays_the_render_over_the_reference_over_the_decoders_picture() -> None:
    raw, reference, render = (torch.full((1, 3, 2, 2), level) for level in (0.0, 0.5, 1.0))
    layers = {PROJECTION: unmoved(render), REFERENCE: unmoved(reference, 0.0)}
    assert_close(matted(raw, layers), reference)
    layers[PROJECTION] = unmoved(render, 0.25)
    assert_close(matted(raw, layers), 0.25 * reference + 0.75 * render)


def test_without_matting_the_decoder_has_the_last_word() -> None:
    for nonlinear in (True, False):
        made = generator(nonlinear=nonlinear)(*shown())
        assert (made.raw is None) == nonlinear


@pytest.mark.filterwarnings("ignore:The .grad attribute")
def test_compiled_it_makes_the_same() -> None:
    network = generator().eval()
    known, scene = shown(batch=1)
    with torch.no_grad():
        wanted = network(known, scene).picture
        network.compile(backend="eager")
        assert_close(network(known, scene).picture, wanted)
