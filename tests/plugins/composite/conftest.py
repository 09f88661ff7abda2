"""The sample person, and the flow from the matcher to finished frames."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import attrs
import pytest
import torch
from torch import Tensor

from visemix.core.interfaces import FaceModel, Renderer
from visemix.core.testing.sample_face_model import SampleFaceModel
from visemix.core.testing.samples import SamplePlan, sample_attributes, sample_subject
from visemix.core.timeline import cut, join
from visemix.core.values.attributes import FaceAttributes, Match
from visemix.core.values.rendering import Shot
from visemix.core.values.subject import Subject
from visemix.core.windows import Windowed
from visemix.plugins.composite.gallery import GalleryMatch
from visemix.plugins.composite.matcher import MotionMatcher
from visemix.plugins.composite.refiner import Composite
from visemix.plugins.rasterizer_cpu.renderer import RasterizerCpu

MAPS = ("triangle", "barycentric")


def renderer() -> Renderer:
    return RasterizerCpu(maps=MAPS, shade=False, cull=True)


@attrs.frozen(eq=False)
class Flow:
    """Matcher, face model, renderer and refiner, one after the other."""

    subject: Subject
    model: FaceModel
    follow: str = "base"
    renderer: Renderer = attrs.field(factory=renderer)

    def matches(self, attributes: Iterable[FaceAttributes]) -> Iterator[Match]:
        matcher = MotionMatcher(self.follow)
        begun = matcher.begin(self.subject, self.model)
        return Windowed(matcher.window, matcher.match, begun).run(attributes)

    def match(self, attributes: FaceAttributes) -> GalleryMatch:
        whole = join(list(self.matches([attributes])))
        assert isinstance(whole, GalleryMatch)
        return whole

    def shot(self, match: Match) -> Shot:
        geometry = self.model.geometry(match.attributes, self.subject)
        return Shot(self.renderer.render(geometry), match)

    def pictures(self, attributes: Iterable[FaceAttributes]) -> Tensor:
        refiner = Composite()
        shots = (self.shot(match) for match in self.matches(attributes))
        stage = Windowed(refiner.window, refiner.refine, refiner.begin(self.subject))
        return torch.cat([frames.rgb for frames in stage.run(shots)])


@pytest.fixture(scope="session")
def person() -> Subject:
    """Three seconds of the sample person."""
    return sample_subject()


@pytest.fixture(scope="session")
def photo() -> Subject:
    """One picture of the sample person."""
    return sample_subject(SamplePlan(frames=1))


@pytest.fixture(scope="session")
def make_flow() -> Callable[..., Flow]:
    def make(subject: Subject, follow: str = "base", **changes: Any) -> Flow:
        model = SampleFaceModel(subject.fit.attributes)
        return attrs.evolve(Flow(subject, model, follow), **changes)

    return make


@pytest.fixture(scope="session")
def wanted() -> FaceAttributes:
    """Other things that the sample person might do, 60 frames."""
    done = sample_attributes(SamplePlan())
    return join([cut(done, 20, 52), cut(done, 5, 33)])
