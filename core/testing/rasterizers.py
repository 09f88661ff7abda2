"""What every rasterizer must do, whoever wrote it and whatever it runs on.

    @pytest.mark.parametrize("check", RASTERIZER_CHECKS)
    def test_rasterizer(check):
        check(MyRasterizer)

A rasterizer is a Renderer with the settings ``maps`` ("triangle", "barycentric", "depth", names of
the geometry's masks), ``shade`` and ``cull``. It shows what is further from the eye of a
perspective camera than a hundredth of ``Camera.distance``. It takes geometries in main memory and
leaves Renderings there, wherever it draws.

Gradients (``rasterizer_gradients``) are checked for parts that promise them, silhouettes
(``rasterizer_edges``) for those with the setting ``antialias``.
"""

from collections.abc import Callable

import attrs
import torch

from visemix.core.testing.rasterizer_limits import (
    check_large_picture,
    check_many_triangles,
    check_not_finite,
    check_refusals,
    check_strides,
)
from visemix.core.testing.rasterizer_pictures import (
    MakeRasterizer,
    check_colours,
    check_light,
    check_masks,
    close,
)
from visemix.core.testing.scenes import (
    HALVES,
    SQUARE,
    cast,
    flat,
    net,
    orthographic,
    perspective,
    random_numbers,
    scene,
)
from visemix.core.values.geometry import FaceGeometry

PIXEL_MAPS = ["triangle", "barycentric", "depth"]
ABOVE = [(4, 6, 5), (4, 7, 6)]


def check_rasterizer(make: MakeRasterizer) -> None:
    """Run every check.

    Raises:
        AssertionError: says what the rasterizer does not do.
    """
    for check in RASTERIZER_CHECKS:
        check(make)


def check_coverage(make: MakeRasterizer) -> None:
    """Random overlapping triangles in a picture that is not square, against rays."""
    vertices = random_numbers((3, 30, 3), 0) * torch.tensor([40.0, -30.0, 10.0]) - 5
    triangles = torch.arange(30).reshape(10, 3)
    _agrees_with_rays(make, scene(vertices, triangles, orthographic((24, 36))))


def check_fill_rule(make: MakeRasterizer) -> None:
    """Of pixel centres on an edge, those on left and top edges are covered."""
    alpha = make().render(flat(SQUARE, HALVES)).alpha[0, 0]
    expected = torch.zeros(8, 8)
    expected[2:6, 2:6] = 1
    assert torch.equal(alpha, expected), f"expected pixels 2 to 5 both ways, got\n{alpha}"


def check_shared_edges(make: MakeRasterizer) -> None:
    """A net of triangles covers every pixel once: no cracks, no double hits."""
    geometry = net((12, 16))
    times = torch.zeros(12, 16)
    for k in range(len(geometry.triangles)):
        one = attrs.evolve(geometry, triangles=geometry.triangles[k : k + 1])
        times += make().render(one).alpha[0, 0]
    assert times.min() >= 1, f"cracks: {int((times < 1).sum())} pixels are covered by no triangle"
    assert times.max() <= 1, f"{int((times > 1).sum())} pixels are covered more than once"


def check_depth_order(make: MakeRasterizer) -> None:
    """The nearer surface is seen, in whichever order it is drawn, also where two cross."""
    near = [(x, y, 1.0) for x, y, _ in SQUARE]
    for order in ([*HALVES, *ABOVE], [*ABOVE, *HALVES]):
        geometry = flat(SQUARE + near, order)
        seen = make(maps=["depth"]).render(geometry).maps["depth"][0, 0]
        assert (seen[2:6, 2:6] == 1).all(), f"drawn in the order {order}, the far square is seen"
    slope = [(-1.0, -1.0, -4.0), (17.0, -1.0, 4.0), (-1.0, 17.0, -4.0), (17.0, 17.0, 4.0)]
    level = [(x, y, 0.0) for x, y, _ in slope]
    order = [(0, 2, 1), (1, 2, 3), (4, 6, 5), (5, 6, 7)]
    _agrees_with_rays(make, flat(slope + level, order, (16, 16)))


def check_perspective(make: MakeRasterizer) -> None:
    """Shares and depth of steep triangles are those of the points seen."""
    vertices = random_numbers((2, 24, 3), 1) * torch.tensor([10.0, 10.0, 12.0]) - 5
    triangles = torch.arange(24).reshape(8, 3)
    _agrees_with_rays(make, scene(vertices, triangles, perspective((20, 20))))


def check_near_plane(make: MakeRasterizer) -> None:
    """Triangles that reach behind the eye show what is in front of it, and only that."""
    vertices = random_numbers((2, 18, 3), 2) * torch.tensor([8.0, 8.0, 24.0]) - 4
    triangles = torch.arange(18).reshape(6, 3)
    _agrees_with_rays(make, scene(vertices, triangles, perspective((20, 20))))
    behind = scene(vertices * torch.tensor([1.0, 1.0, 0.1]) + 20, triangles, perspective((8, 8)))
    assert not make().render(behind).alpha.any(), "something behind the eye is seen"


def check_far_off(make: MakeRasterizer) -> None:
    """A triangle that is far larger than the picture fills it."""
    geometry = flat([(-1e6, -1e6, 0.0), (3e6, -1e6, 0.0), (-1e6, 3e6, 0.0)], [(0, 1, 2)])
    assert make().render(geometry).alpha.all(), "a triangle of 4,000,000 px leaves pixels empty"
    outside = flat([(x + 1e5, y, z) for x, y, z in SQUARE], HALVES)
    assert not make().render(outside).alpha.any(), "a triangle outside the picture is seen"


def check_degenerate(make: MakeRasterizer) -> None:
    """Triangles without an area draw nothing and disturb nothing."""
    bad = [(0, 0, 0), (0, 1, 1), (0, 4, 2), (2, 0, 2)]
    points = [*SQUARE, (4.5, 4.5, 9.0)]
    assert not make().render(flat(points, bad)).alpha.any(), "a triangle without an area is seen"
    alone, among = (
        make(maps=["depth"]).render(flat(points, order)).maps["depth"]
        for order in (HALVES, bad[:2] + HALVES + bad[2:])
    )
    assert torch.equal(alone, among), "triangles without an area change the picture"


def check_empty(make: MakeRasterizer) -> None:
    """No triangles, no vertices or no frames are no error."""
    for geometry in (flat(SQUARE, []), flat([], [])):
        made = make(maps=PIXEL_MAPS).render(geometry)
        assert not made.alpha.any(), "an empty mesh is seen"
        assert (made.maps["triangle"] == -1).all(), "an empty pixel must have triangle -1"
        assert not made.maps["barycentric"].any(), "an empty pixel must have shares 0"
        assert not made.maps["depth"].any(), "an empty pixel must have depth 0"
        assert not made.rgb.any(), "an empty pixel must be black"
    none = scene(torch.zeros(0, 4, 3), torch.tensor(HALVES), orthographic((8, 8)))
    assert make().render(none).rgb.shape == (0, 3, 8, 8), "no frames must give no pictures"


def check_one_pixel(make: MakeRasterizer) -> None:
    """A picture of one pixel."""
    for shift, covered in ((0.0, 1.0), (0.75, 0.0)):
        points = [(shift, 0.0, 0.0), (shift + 2, 0.0, 0.0), (shift, 2.0, 0.0)]
        alpha = make().render(flat(points, [(0, 1, 2)], (1, 1))).alpha
        assert alpha.tolist() == [[[[covered]]]], f"shifted by {shift} px: {alpha}"


def check_frames(make: MakeRasterizer) -> None:
    """Every frame of a batch is what it is alone."""
    geometry = net((12, 16))
    vertices = geometry.vertices + 2 * random_numbers((5, geometry.vertices.shape[1], 3), 3)
    together = make(maps=PIXEL_MAPS).render(scene(vertices, geometry.triangles, geometry.camera))
    for t in range(5):
        frame = scene(vertices[t : t + 1], geometry.triangles, geometry.camera)
        alone = make(maps=PIXEL_MAPS).render(frame)
        for name in PIXEL_MAPS:
            same = torch.equal(together.maps[name][t], alone.maps[name][0])
            assert same, f"{name} of frame {t} differs in a batch"


def check_culling(make: MakeRasterizer) -> None:
    """``cull`` leaves out triangles that turn their back, and no others."""
    front, back = flat(SQUARE, HALVES), flat(SQUARE, [(0, 1, 2), (0, 2, 3)])
    assert make(cull=True).render(front).alpha.sum() == 16, "a front is culled"
    assert make(cull=True).render(back).alpha.sum() == 0, "a back is not culled"
    assert make(cull=False).render(back).alpha.sum() == 16, "a back is culled unasked"


def check_settings(make: MakeRasterizer) -> None:
    """Without shading there is no picture, and no map that nobody asked for."""
    plain = make(shade=False).render(flat(SQUARE, HALVES))
    assert plain.rgb.shape == (1, 3, 0, 0), f"unshaded rgb has shape {list(plain.rgb.shape)}"
    assert plain.alpha.sum() == 16, "unshaded alpha is wrong"
    assert not plain.maps, f"maps nobody asked for: {list(plain.maps)}"


RASTERIZER_CHECKS: tuple[Callable[[MakeRasterizer], None], ...] = (
    check_coverage,
    check_fill_rule,
    check_shared_edges,
    check_depth_order,
    check_perspective,
    check_near_plane,
    check_far_off,
    check_degenerate,
    check_empty,
    check_one_pixel,
    check_frames,
    check_culling,
    check_masks,
    check_colours,
    check_light,
    check_settings,
    check_strides,
    check_not_finite,
    check_refusals,
    check_large_picture,
    check_many_triangles,
)
"""Every check, for ``pytest.mark.parametrize``."""


def _agrees_with_rays(make: MakeRasterizer, geometry: FaceGeometry) -> None:
    made = make(maps=PIXEL_MAPS).render(geometry)
    for t in range(len(geometry.vertices)):
        seen = cast(geometry, t, nearest=0.01 * geometry.camera.distance)
        triangle = made.maps["triangle"][t, 0]
        wrong = (triangle != seen.triangle) & seen.sure
        assert not wrong.any(), f"frame {t}: {int(wrong.sum())} pixels show another triangle"
        sure = seen.sure & (seen.triangle >= 0)
        assert sure.sum() > 20, f"frame {t}: the scene tests only {int(sure.sum())} pixels"
        for k in range(2):
            close(made.maps["barycentric"][t, k][sure], seen.shares[..., k][sure], f"share {k}")
        close(made.maps["depth"][t, 0][sure], seen.depth[sure], "depth")
        assert torch.equal(made.alpha[t, 0], (triangle >= 0).float()), "alpha is not coverage"
