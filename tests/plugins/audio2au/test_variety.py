"""What is left to chance in an excerpt, and that by default nothing is."""

import torch

from visemix.plugins.audio2au.variety import AS_IT_IS, Variety, spread_of

WINDOWS = torch.randn(400, 28, 12, generator=torch.Generator().manual_seed(3))
SPREAD = torch.arange(1.0, 13)


def dice(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_as_published_nothing_is_changed() -> None:
    found = torch.tensor([False, True, True])
    picture = torch.rand(3, 4, 4)
    assert AS_IT_IS.heard(WINDOWS, SPREAD, dice()) is WINDOWS
    assert AS_IT_IS.still(found, dice()) == 1
    assert AS_IT_IS.turned([picture], dice())[0] is picture


def test_noise_is_in_standard_deviations_of_every_coefficient() -> None:
    added = Variety(noise=0.5).heard(WINDOWS, SPREAD, dice()) - WINDOWS
    torch.testing.assert_close(added.flatten(0, 1).std(0), 0.5 * SPREAD, rtol=0.03, atol=0)


def test_a_tilt_is_the_same_throughout_an_excerpt() -> None:
    added = Variety(tilt=0.5).heard(WINDOWS, SPREAD, dice()) - WINDOWS
    torch.testing.assert_close(added, added[:1, :1].expand_as(added), rtol=0, atol=1e-4)
    other = Variety(tilt=0.5).heard(WINDOWS, SPREAD, dice(1)) - WINDOWS
    assert not torch.allclose(added, other)


def test_any_frame_that_shows_the_face_is_the_identity_image() -> None:
    found = torch.tensor([False, True, False, True, True])
    chosen = {Variety(any_still=True).still(found, dice(seed)) for seed in range(40)}
    assert chosen == {1, 3, 4}


def test_all_pictures_of_an_excerpt_are_mirrored_or_none() -> None:
    pictures = [torch.rand(3, 4, 4), torch.rand(2, 3, 4, 4)]
    seen = set()
    for seed in range(20):
        turned = Variety(mirror=True).turned(pictures, dice(seed))
        flipped = [torch.equal(a, b.flip(-1)) for a, b in zip(turned, pictures, strict=True)]
        as_it_was = [torch.equal(a, b) for a, b in zip(turned, pictures, strict=True)]
        assert all(flipped) or all(as_it_was)
        seen.add(all(flipped))
    assert seen == {True, False}


def test_the_spread_of_several_clips() -> None:
    clips = [WINDOWS[:100] * SPREAD, WINDOWS[100:] * SPREAD]
    torch.testing.assert_close(spread_of(clips), SPREAD, rtol=0.05, atol=0)
