"""The installed rasterizers, each by its fastest way to do the same work."""

from collections.abc import Callable
from importlib.util import find_spec

import attrs
import torch
from torch import Tensor

from benchmarks.meshes import Scene
from visemix.core.drawing.mesh_renderer import MeshRenderer
from visemix.plugins.rasterizer_cpu import batch
from visemix.plugins.rasterizer_cpu.renderer import RasterizerCpu, RasterizerReference

MAPS = ["eye_attention"]


@attrs.frozen(eq=False)
class Drawer:
    """One rasterizer.

    Attributes:
        name: in the table.
        device: where it draws.
        forward: rasterises and interpolates; returns the pictures that it wrote.
        picture: the same as a differentiable picture; True for blended silhouettes.
        renderer: with an eye mask, for whole renderings.
    """

    name: str
    device: str
    forward: Callable[[Scene], tuple[Tensor, ...]]
    picture: Callable[[Scene, bool], Tensor]
    renderer: MeshRenderer

    def gradients(self, scene: Scene, antialias: bool) -> tuple[Tensor, ...]:
        """Forward, and backward to vertices and attributes."""
        mesh = scene.mesh
        vertices = mesh.vertices.detach().requires_grad_()
        attributes = scene.attributes.detach().requires_grad_()
        moved = Scene(attrs.evolve(mesh, vertices=vertices), attributes)
        picture = self.picture(moved, antialias)
        # The slopes are there already: making new ones is no work of a rasterizer.
        return torch.autograd.grad(picture, (vertices, attributes), picture.detach())


def cpu_drawers() -> list[Drawer]:
    """On all threads, on one, and the reference."""

    def alone(scene: Scene) -> tuple[Tensor, ...]:
        made = batch.draw(scene.mesh, scene.attributes, threads=1, keep=False)
        return made.values, made.coverage

    numba = _of_renderer("rasterizer-cpu", "cpu", RasterizerCpu(maps=MAPS))
    reference = _of_renderer("rasterizer-reference", "cpu", RasterizerReference(maps=MAPS))
    return [numba, attrs.evolve(numba, name="rasterizer-cpu, 1 thread", forward=alone), reference]


def gpu_drawers() -> list[Drawer]:
    """``rasterizer-cuda`` where it can run, and the library nvdiffrast where it is installed."""
    if not torch.cuda.is_available():
        return []
    found = [cuda_drawer("cuda")]
    if find_spec("nvdiffrast") is not None:
        found.append(nvdiffrast_drawer("cuda"))
    return found


def cuda_drawer(device: str) -> Drawer:
    """Forward by the fused path."""
    from visemix.plugins.rasterizer_cuda import painting_ops
    from visemix.plugins.rasterizer_cuda.ops import Meshes
    from visemix.plugins.rasterizer_cuda.renderer import RasterizerCuda

    def fused(scene: Scene) -> tuple[Tensor, ...]:
        mesh = scene.mesh
        meshes = Meshes(mesh.vertices, mesh.triangles, mesh.matrix)
        how = painting_ops.How(mesh.near)
        look = painting_ops.Paint(scene.attributes)
        made = painting_ops.draw(meshes, (mesh.height, mesh.width), look, how)
        return made.picture, made.coverage

    drawer = _of_renderer("rasterizer-cuda", device, RasterizerCuda(maps=MAPS))
    return attrs.evolve(drawer, forward=fused)


def nvdiffrast_drawer(device: str) -> Drawer:
    """The library's own functions, without anything of ours between them."""
    from visemix.plugins.rasterizer_nvdiffrast.clip_space import clip_corners
    from visemix.plugins.rasterizer_nvdiffrast.library import find_library
    from visemix.plugins.rasterizer_nvdiffrast.renderer import RasterizerNvdiffrast

    library = find_library()
    context = library.RasterizeCudaContext(device=device)

    def forward(scene: Scene) -> tuple[Tensor, ...]:
        mesh = scene.mesh
        size = (mesh.height, mesh.width)
        seen, _ = library.rasterize(context, clip_corners(mesh), mesh.triangles, size)
        return library.interpolate(scene.attributes, seen, mesh.triangles)[0], seen

    def picture(scene: Scene, antialias: bool) -> Tensor:
        mesh = scene.mesh
        corners = clip_corners(mesh)
        size = (mesh.height, mesh.width)
        seen, _ = library.rasterize(context, corners, mesh.triangles, size)
        mixed, _ = library.interpolate(scene.attributes, seen, mesh.triangles)
        return library.antialias(mixed, seen, corners, mesh.triangles) if antialias else mixed

    renderer = RasterizerNvdiffrast(maps=MAPS, device=device)
    return Drawer("nvdiffrast", device, forward, picture, renderer)


def _of_renderer(name: str, device: str, renderer: MeshRenderer) -> Drawer:
    plain = type(renderer)()

    def forward(scene: Scene) -> tuple[Tensor, ...]:
        made = plain.draw(scene.mesh, scene.attributes, scene.attributes[..., :0])
        return made.values, made.coverage

    def picture(scene: Scene, antialias: bool) -> Tensor:
        made = plain.draw(scene.mesh, scene.attributes, scene.attributes[..., :0])
        return plain.smooth(made.values, made, scene.mesh) if antialias else made.values

    return Drawer(name, device, forward, picture, renderer)
