"""A recipe with a head motion: its pose takes the place of the attribute model's."""

from collections.abc import Callable
from pathlib import Path

import pytest

from visemix.core.errors import ContractError
from visemix.registry.build import build
from visemix.registry.explain import explain_data

Cli = Callable[..., tuple[int, str, str]]
NODDING = "head_motion.part=fake-nodding"


def test_recipes_without_one_have_none(fake: Path) -> None:
    assert build("fake").parts.head_motion is None


def test_a_recipe_may_name_one(fake: Path) -> None:
    built = build("fake", [NODDING])
    assert type(built.parts.head_motion).__name__ == "Nodding"
    data = explain_data(built.resolved)
    arrows = data["arrows"]
    assert isinstance(arrows, list)
    (pose,) = (a for a in arrows if a["port"] == "head")
    assert (pose["from"], pose["to"]) == ("head_motion", "matcher")
    assert pose["wanted"] == {"pose": "any"} and pose["offered"] == {"pose": "nods"}


def test_it_is_blamed_for_a_pose_that_does_not_fit(fake: Path) -> None:
    manifest = fake / "manifest.yaml"
    manifest.write_text(manifest.read_text().replace("{pose: any}", "{pose: none}"))
    build("fake")  # the attribute model's pose fits
    with pytest.raises(ContractError, match=r"needs head.pose = none, but the head_motion") as e:
        build("fake", [NODDING])
    assert "makes nods" in str(e.value)


def test_who_makes_attributes_of_it_makes_the_pose_from_then_on(fake: Path) -> None:
    manifest = fake / "manifest.yaml"
    text = manifest.read_text().replace(
        "{match: {source: dots}}",
        "{match: {source: dots}, attributes: {expression: stare}}",
    )
    manifest.write_text(
        text.replace(
            "{expression: stare}}\n    provides: {geometry", "{pose: x}}\n    provides: {geometry"
        )
    )
    with pytest.raises(ContractError, match=r"needs attributes.pose = x, but the matcher"):
        build("fake", [NODDING])


def test_the_command_shows_it(fake: Path, cli: Cli) -> None:
    code, out, _ = cli("recipe", "explain", "fake", "--set", NODDING)
    assert code == 0
    assert "head_motion: fake-nodding" in out and "<- head from head_motion: pose = nods" in out
