"""What every Renderer must do."""

from functools import partial

import torch

from visemix.core.interfaces import Renderer
from visemix.core.testing.expectations import expect, expect_frames, expect_same
from visemix.core.testing.promise import Promise
from visemix.core.testing.rasterizer_edges import check_edges
from visemix.core.testing.rasterizer_gradients import check_gradients
from visemix.core.testing.rasterizer_pictures import MakeRasterizer
from visemix.core.testing.rasterizers import check_rasterizer
from visemix.core.testing.sample_face_model import SampleFaceModel
from visemix.core.testing.samples import sample_subject
from visemix.core.timeline import cut
from visemix.core.values.geometry import FaceGeometry

FRAMES = 6
RASTERIZER_SETTINGS = {"maps", "shade", "cull"}


def check_renderer_sizes(renderer: Renderer, promise: Promise) -> None:
    """Pictures of the camera's size, with the promised maps, at the geometry's rate."""
    geometry = _geometry(promise)
    made = renderer.render(geometry)
    expect_frames(made, FRAMES, f"a geometry of {FRAMES} frames")
    size = (geometry.camera.height, geometry.camera.width)
    found = tuple(made.alpha.shape[2:])
    expect(found == size, f"alpha must be {size}, the camera's size; it is {found}")
    shaded = tuple(made.rgb.shape[2:])
    expect(shaded in (size, (0, 0)), f"rgb must be {size}, or empty if unshaded; it is {shaded}")
    expect(made.fps == geometry.fps, f"a geometry at {geometry.fps} fps gave {made.fps} fps")
    expect(torch.equal(made.crop, geometry.crop), "the crop must be that of the geometry")
    offered = promise.offered("rendering", "maps")
    promised = set(offered) if isinstance(offered, list) else set()
    missing = sorted(map(str, promised - made.maps.keys()))
    expect(not missing, f"its manifest promises the maps {missing}")


def check_renderer_frames(renderer: Renderer, promise: Promise) -> None:
    """The same geometry gives the same picture; every frame is what it is alone."""
    geometry = _geometry(promise)
    whole = renderer.render(geometry)
    expect_same(renderer.render(geometry), whole, "the same geometry must give the same picture")
    alone = renderer.render(cut(geometry, 2, 3))
    expect_same(alone, cut(whole, 2, 3), "frame 2 alone must be frame 2 of the clip")


def check_renderer_as_rasterizer(renderer: Renderer, promise: Promise) -> None:
    """A renderer with the settings of a rasterizer passes the checks for those."""
    if promise.contract.settings.keys() >= RASTERIZER_SETTINGS:
        check_rasterizer(_with_other_settings(renderer, promise))


def check_renderer_gradients(renderer: Renderer, promise: Promise) -> None:
    """What its manifest says it has gradients by agrees with finite differences."""
    offered = promise.offered("rendering", "gradients")
    if offered is not None and promise.contract.settings.keys() >= RASTERIZER_SETTINGS:
        inputs = offered if isinstance(offered, list) else [offered]
        check_gradients(_with_other_settings(renderer, promise), map(str, inputs))


def check_renderer_edges(renderer: Renderer, promise: Promise) -> None:
    """A rasterizer with the setting ``antialias`` blends silhouettes, and has their gradient."""
    if promise.contract.settings.keys() >= RASTERIZER_SETTINGS | {"antialias"}:
        check_edges(_with_other_settings(renderer, promise))


RENDERER_CHECKS = (
    check_renderer_sizes,
    check_renderer_frames,
    check_renderer_as_rasterizer,
    check_renderer_gradients,
    check_renderer_edges,
)


def _with_other_settings(renderer: Renderer, promise: Promise) -> MakeRasterizer:
    """The class, with the settings that the checks leave alone."""
    others = {k: v for k, v in promise.settings.items() if k not in RASTERIZER_SETTINGS}
    return partial(type(renderer), **others)


def _geometry(promise: Promise) -> FaceGeometry:
    """The sample head, moving, with every mask that the part asks for."""
    subject = sample_subject()
    masks = tuple(map(str, promise.all_wanted("geometry", "masks"))) or ("eye_attention",)
    attributes = cut(subject.fit.attributes, 10, 10 + FRAMES)
    return SampleFaceModel(subject.fit.attributes, masks).geometry(attributes, subject)
