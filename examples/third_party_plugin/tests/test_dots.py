"""Whether the plugin does what visemix expects, and what it promises itself."""

import torch
from visemix_dots.refiner import GREEN, Dots

from visemix.core.testing.samples import sample_subject
from visemix.core.timeline import cut
from visemix.core.values.attributes import Match, Sources
from visemix.core.values.rendering import Rendering, Shot
from visemix.registry.conformance import check_plugin


def test_every_part_conforms() -> None:
    tried = check_plugin("dots")
    assert [one.part.name for one in tried] == ["dots"]
    assert [one.faults for one in tried] == [()]


def test_dots_are_where_the_landmarks_are() -> None:
    subject = sample_subject()
    wanted = cut(subject.fit.attributes, 0, 1)
    base = Sources(torch.zeros(1, 1, dtype=torch.int64), torch.ones(1, 1))
    crop = torch.tensor([[[2.0, 0.0, -20.0], [0.0, 2.0, -10.0]]])
    landmark = torch.tensor([[[60.0, 90.0, 0.0]]])  # crop px, at (40, 50) of the frame
    drawn = Rendering(torch.zeros(1, 3, 0, 0), torch.zeros(1, 1, 128, 128), crop, 25.0, landmark)
    dots = Dots(radius=1)
    made = dots.refine(Shot(drawn, Match(wanted, base)), dots.begin(subject)).output
    changed = (made.rgb[0] != torch.tensor(subject.frames[0]).permute(2, 0, 1)).any(0)
    assert changed.nonzero().amin(0).tolist() == [49, 39]
    assert changed.nonzero().amax(0).tolist() == [51, 41]
    assert made.rgb[0, :, 50, 40].tolist() == list(GREEN)
