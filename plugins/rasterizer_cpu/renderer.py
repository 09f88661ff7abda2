"""The two renderers of this plugin."""

import torch
from torch import Tensor

from visemix.core.drawing.fragments import Fragments
from visemix.core.drawing.mesh import Mesh
from visemix.core.drawing.mesh_renderer import MeshRenderer
from visemix.plugins.rasterizer_cpu import batch, reference


class RasterizerCpu(MeshRenderer):
    """``rasterizer-cpu``: kernels compiled with numba, on as many threads as torch uses."""

    def draw(self, mesh: Mesh, attributes: Tensor, masks: Tensor) -> Fragments:
        """See ``batch.draw``."""
        threads = torch.get_num_threads()
        return batch.draw(mesh, attributes, masks, threads=threads, keep=self.keeps_pixels)

    def normals(self, vertices: Tensor, triangles: Tensor) -> Tensor:
        """See ``batch.normals``."""
        return batch.normals(vertices, triangles)


class RasterizerReference(MeshRenderer):
    """``rasterizer-reference``: plain PyTorch, slow, differentiable, the oracle of the tests."""

    def draw(self, mesh: Mesh, attributes: Tensor, masks: Tensor) -> Fragments:
        """See ``reference.draw``."""
        return reference.draw(mesh, attributes, masks)

    def normals(self, vertices: Tensor, triangles: Tensor) -> Tensor:
        """See ``reference.normals``."""
        return reference.normals(vertices, triangles)
