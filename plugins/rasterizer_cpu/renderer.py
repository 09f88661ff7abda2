"""The two renderers of this plugin."""

import torch
from torch import Tensor

from visemix.core.drawing.fragments import Fragments
from visemix.core.drawing.mesh import Mesh
from visemix.core.drawing.mesh_renderer import MeshRenderer
from visemix.plugins.rasterizer_cpu import differentiable, reference, smoothing


class RasterizerCpu(MeshRenderer):
    """``rasterizer-cpu``: kernels compiled with numba, on as many threads as torch uses.

    Differentiable like the reference where anything of the geometry requires a gradient.
    """

    place = torch.device("cpu")

    def draw(self, mesh: Mesh, attributes: Tensor, masks: Tensor) -> Fragments:
        """See ``differentiable.draw``."""
        threads = torch.get_num_threads()
        return differentiable.draw(mesh, attributes, masks, threads=threads, keep=self.keeps_pixels)

    def normals(self, vertices: Tensor, triangles: Tensor) -> Tensor:
        """See ``differentiable.normals``."""
        return differentiable.normals(vertices, triangles, threads=torch.get_num_threads())

    def smooth(self, pictures: Tensor, fragments: Fragments, mesh: Mesh) -> Tensor:
        """See ``smoothing.smooth``."""
        across, threads = self.neighbours(mesh.triangles), torch.get_num_threads()
        return smoothing.smooth(pictures, fragments, mesh, across, threads=threads)


class RasterizerReference(MeshRenderer):
    """``rasterizer-reference``: plain PyTorch, slow, differentiable, the oracle of the tests."""

    def draw(self, mesh: Mesh, attributes: Tensor, masks: Tensor) -> Fragments:
        """See ``reference.draw``."""
        return reference.draw(mesh, attributes, masks)
